"""Fields that forms of both windows have, and forms that share a page."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _


class KeyField(forms.UUIDField):
    """The key of one sending, made when the page is built: sending the same page twice does its work once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.HiddenInput, initial=uuid4, **options)


class ForgottenInput(forms.TextInput):
    """A text input whose value is never written back into a page: card numbers and their like."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that come along; none is fine. What may be among them is the domain's to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "label": _("Files"), "widget": SeveralFiles()} | options)

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        """Return name and bytes of each file."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        files = [super(FilesField, self).clean(one, initial) for one in given]
        return [(file.name, file.read()) for file in files]


class SharedPageForm(forms.Form):
    """A form that stands on a page with others: its fields' ids carry its name, so that every label is one field's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__}-%s"} | options)
