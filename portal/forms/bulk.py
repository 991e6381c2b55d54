"""A file of contract changes, and the rows chosen out of it."""

import re
from typing import Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

ROW: Final = re.compile(r"(?P<number>[0-9]{1,6}):(?P<quote>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class BulkFileForm(forms.Form):
    """The file. What may be in it is the domain's to say."""

    file = forms.FileField(
        label=_("CSV file"), max_length=120, widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"})
    )


class ChosenRowsForm(forms.Form):
    """The rows to be made, each as its number and the quote that was looked at."""

    rows = forms.MultipleChoiceField(required=False)

    def __init__(self, data: object) -> None:
        super().__init__(data)
        given = self.data.getlist("rows") if hasattr(self.data, "getlist") else []
        self._read = {text: found for text in given if (found := ROW.fullmatch(text))}
        self.fields["rows"].choices = [(text, text) for text in self._read]

    @property
    def chosen(self) -> dict[int, UUID]:
        """The quotes chosen, by number of their row."""
        found = (self._read[text] for text in self.cleaned_data.get("rows") or [])
        return {int(row["number"]): UUID(row["quote"]) for row in found}
