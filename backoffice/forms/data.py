"""Deciding on customers that may be kept twice."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DismissalForm(forms.Form):
    """Why two are not one."""

    note = forms.CharField(label=_("Why they are not one (optional)"), max_length=300, required=False)


class MergeForm(forms.Form):
    """Which of the two stays, and a word for who decides."""

    keep = forms.ChoiceField(choices=[("a", "a"), ("b", "b")])
    note = forms.CharField(label=_("A word for who decides (optional)"), max_length=300, required=False)


class MergeDecisionForm(forms.Form):
    """Yes or no to a merge."""

    decision = forms.ChoiceField(choices=[("approve", "approve"), ("refuse", "refuse")])
    note = forms.CharField(label=_("A word about it (optional)"), max_length=300, required=False)

    @property
    def approves(self) -> bool:
        """Say whether the decision is yes."""
        return self.cleaned_data["decision"] == "approve"
