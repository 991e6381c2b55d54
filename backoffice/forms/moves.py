"""Asking for another place of a customer in the tree, and deciding on it."""

from django import forms
from django.utils.translation import gettext_lazy as _

TOP = "top"


class MoveForm(forms.Form):
    """Where to, and from which day on."""

    to = forms.CharField(label=_("New place"), max_length=20, widget=forms.HiddenInput)
    day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    keeps_owners = forms.BooleanField(label=_("Its owners stay, whatever the new place has"), required=False)

    @property
    def to_the_top(self) -> bool:
        """Say whether it becomes a group of its own."""
        return self.cleaned_data["to"] == TOP

    @property
    def number(self) -> str:
        """Return the number of the new parent; empty for the top."""
        return "" if self.to_the_top else self.cleaned_data["to"]
