"""Deciding on a remedy over somebody's authority, and naming who stands in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people import access
from accounts.people.models import User
from support.remedies import substitutes

APPROVE, REFUSE = "approve", "refuse"


class DecisionForm(forms.Form):
    """Yes or no, and a word about it."""

    decision = forms.ChoiceField(choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse"))])
    note = forms.CharField(required=False, max_length=300, label=_("A word about it"))

    @property
    def approves(self) -> bool:
        """Whether the answer is yes."""
        return self.cleaned_data["decision"] == APPROVE


class SubstituteForm(forms.Form):
    """Who decides in whose place, on which days; only who may name for others is asked for whom."""

    approver = forms.ModelChoiceField(label=_("Who is away"), queryset=User.objects.none())
    person = forms.ModelChoiceField(label=_("Who stands in"), queryset=User.objects.none())
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("First day back"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        deciding = User.objects.filter(is_active=True, staff_profile__level__in=access.DECIDE_APPROVALS.levels)
        self.fields["person"].queryset = deciding.exclude(pk=viewer.pk).order_by("name", "email")
        self.fields["approver"].queryset = deciding.order_by("name", "email")
        self.fields["approver"].initial = viewer
        if not substitutes.may_name_for_others(viewer):
            del self.fields["approver"]
