"""A file of contract changes, and the rows chosen out of it."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BulkFileForm(forms.Form):
    """The file. What may be in it is the domain's to say."""

    file = forms.FileField(
        label=_("CSV file"), max_length=120, widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"})
    )


class ChosenRowsForm(forms.Form):
    """The numbers of the rows to be made."""

    rows = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: object) -> None:
        super().__init__(data)
        given = self.data.getlist("rows") if hasattr(self.data, "getlist") else []
        numbers = [text for text in given if text.isascii() and text.isdigit() and len(text) <= 6]
        self.fields["rows"].choices = [(text, text) for text in numbers]

    @property
    def chosen(self) -> list[int]:
        """The numbers chosen."""
        return list(self.cleaned_data.get("rows") or [])
