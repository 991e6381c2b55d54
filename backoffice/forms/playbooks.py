"""Practising: how a made-up claim stands, what is given, over how much, and by whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Refusal
from billing.money import Money
from support.remedies.kinds import REMEDIES
from support.remedies.models import Decline
from support.remedies.playbooks import practice


class PracticeForm(forms.Form):
    """The four answers to a made-up case."""

    seed = forms.IntegerField(widget=forms.HiddenInput)
    claim = forms.ChoiceField(label=_("The claim is"), choices=Decline.Claim.choices, widget=forms.RadioSelect)
    remedy = forms.ChoiceField(label=_("What you do"))
    amount = forms.CharField(label=_("Over how much, in EUR"), max_length=20, initial="0.00")
    how = forms.ChoiceField(
        label=_("Within your own limit"),
        widget=forms.RadioSelect,
        choices=[
            (practice.ALONE, _("I may give it alone")),
            (practice.ASK, _("I ask for approval")),
            (practice.NOTHING, _("There is nothing to give")),
        ],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(code, kind.label) for code, kind in REMEDIES.items()]
        self.fields["remedy"].choices = [(practice.DECLINE, _("Decline, with the reason")), *kinds]

    def words(self, name: str, answer: str) -> str:
        """Return an answer as the form words it; an amount stays as it is written."""
        return str(dict(getattr(self.fields[name], "choices", ())).get(answer, answer))

    def clean_amount(self) -> Money:
        """Read the amount."""
        try:
            return Money.of(self.cleaned_data["amount"].strip(), practice.CURRENCY)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason) from refusal
