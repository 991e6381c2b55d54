"""Finance asking for an invoice run."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RunForm(forms.Form):
    """Up to which day everything due is billed; the documents carry that day."""

    on = forms.DateField(label=_("Up to and including"), widget=forms.DateInput(attrs={"type": "date"}))
