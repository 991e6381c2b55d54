"""Orders on their way."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DoneForm(forms.Form):
    """What the customer should know about a task that is done, if anything."""

    note = forms.CharField(label=_("Note for the customer"), required=False, max_length=300)


class ReopenForm(forms.Form):
    """Why a task has to be done again."""

    reason = forms.CharField(label=_("Why"), max_length=300)
