"""Choosing a row by typing: rows that share a name are told apart by what their page says of them.

Two customers may have one name. Their page writes number and place beside it (`ManagersAdmin.label_of`), in the list that opens
and in what was chosen.
"""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Model


class Choices(AutocompleteJsonView):
    """What the list under a chooser offers for the words typed, 20 at a time."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """Return the row under the label its own page gives it."""
        return super().serialize_result(obj, to_field_name) | {"text": self.model_admin.label_of(obj)}


class FoundSelect(AutocompleteSelect):
    """A choice found by typing. What can name no row is refused by the form; shown again, it is left out."""

    def optgroups(self, name: str, value: list[str], attr: dict[str, Any] | None = None) -> list[Any]:
        """Return the rows chosen, without looking for what can name none."""
        return super().optgroups(name, [one for one in value if self._can_name_a_row(one)], attr)

    def _can_name_a_row(self, value: str) -> bool:
        try:
            self.field.target_field.to_python(value)
        except ValidationError:
            return False
        return True
