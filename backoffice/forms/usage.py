"""A file of usage: checked alone, or checked and kept."""

from typing import Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MOST_BYTES: Final = 10 * 1024 * 1024


class UsageFileForm(forms.Form):
    """A CSV of measurements."""

    file = forms.FileField(label=_("The file"), help_text=_("CSV in UTF-8; its first line names the columns."))
    keep = forms.BooleanField(
        label=_("Keep it if nothing is wrong"), required=False, help_text=_("Otherwise it is only checked.")
    )

    def clean_file(self) -> UploadedFile:
        """Read the text, once it is known not to be too large.

        Raises:
            ValidationError: too large, or not UTF-8.
        """
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        try:
            self.text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from wrong
        return file
