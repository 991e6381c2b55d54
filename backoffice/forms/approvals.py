"""Deciding on a remedy over somebody's authority."""

from django import forms
from django.utils.translation import gettext_lazy as _

APPROVE, REFUSE = "approve", "refuse"


class DecisionForm(forms.Form):
    """Yes or no, and a word about it."""

    decision = forms.ChoiceField(choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse"))])
    note = forms.CharField(required=False, max_length=300, label=_("A word about it"))

    @property
    def approves(self) -> bool:
        """Whether the answer is yes."""
        return self.cleaned_data["decision"] == APPROVE
