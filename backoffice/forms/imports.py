"""Bringing customers in from a file: the file, how it is to be read, and the score it must reach."""

from typing import Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.customers import sheets
from accounts.customers.models import CustomerKind
from accounts.customers.sheets import FileUnusable, Reading

MOST_BYTES: Final = 20 * sheets.MEGABYTE
MOST_ROWS: Final = 50_000
GATE: Final = 90


class ImportForm(forms.Form):
    """A file of customers."""

    file = forms.FileField(label=_("The file"), help_text=_("CSV in UTF-8, plain or gzipped; its first line names the columns."))
    gate = forms.IntegerField(
        label=_("Score it should reach"), min_value=0, max_value=100, initial=GATE,
        help_text=_("Of 100. Below it the page says so before anything goes live."),
    )  # fmt: skip
    default_kind = forms.ModelChoiceField(
        CustomerKind.objects.order_by("position", "code"), label=_("Kind of customers whose row says none (optional)"),
        required=False, empty_label=_("None: such rows are refused"),
    )  # fmt: skip
    delimiter = forms.ChoiceField(
        label=_("Between two cells stands"), choices=[(",", _("a comma")), (";", _("a semicolon")), ("\t", _("a tab"))]
    )
    columns = forms.CharField(
        label=_("Columns with other names (optional)"), required=False, max_length=2_000,
        help_text=_("Ours, an equals sign, theirs, such as ref=id,parent_ref=parent."),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file

    def clean_columns(self) -> dict[str, str]:
        """Read the names of columns.

        Raises:
            ValidationError: a part is not of the form ours=theirs, or ours is no column of customers.
        """
        try:
            return sheets.mapping_of(self.cleaned_data["columns"])
        except FileUnusable as fault:
            raise forms.ValidationError(fault.reason) from fault

    @property
    def reading(self) -> Reading:
        """How the file is to be read."""
        given = self.cleaned_data
        return Reading(given["columns"], delimiter=given["delimiter"], most_bytes=MOST_BYTES, most_rows=MOST_ROWS)

    @property
    def kind(self) -> str:
        """The kind of customers whose row says none, or nothing."""
        chosen = self.cleaned_data["default_kind"]
        return chosen.pk if chosen else ""
