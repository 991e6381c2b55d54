"""What our own people write about policies: answers to a quiz, and what they ask to be excepted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.policies import keys
from accounts.policies.keys import KEYS
from accounts.policies.models import PolicyVersion


class QuizForm(forms.Form):
    """One question after the other, each with its options."""

    def __init__(self, *args: Any, version: PolicyVersion | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions = version.quiz if version else []
        for place, question in enumerate(self.questions):
            self.fields[f"q{place}"] = forms.TypedChoiceField(
                label=question["question"], choices=list(enumerate(question["options"])), coerce=int, widget=forms.RadioSelect
            )

    @property
    def answers(self) -> list[int]:
        """The options chosen, in the order of the questions."""
        return [self.cleaned_data[f"q{place}"] for place in range(len(self.questions))]


class ExceptionForm(forms.Form):
    """Which key, for whom, until when, and why."""

    number = forms.CharField(label=_("Customer number"), max_length=20, help_text=_("For this customer and all below it."))
    key = forms.ChoiceField(label=_("What"), choices=[(key.code, key.label) for key in KEYS.values()])
    value = forms.CharField(label=_("Instead"), max_length=60, help_text=_("Such as 120.00 EUR, or 45"))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Why"), max_length=300)

    def clean(self) -> dict[str, Any]:
        """Find the customer and read the value as one of its key."""
        given = self.cleaned_data
        found = Customer.objects.numbered(given.get("number", "").replace("\x00", "").strip()).first()
        if found is None:
            self.add_error("number", _("No customer has this number."))
        try:
            value = keys.read(keys.named(given.get("key", "")), given.get("value", ""))
        except Refusal as refusal:
            self.add_error("value", refusal.reason)
            value = None
        return given | {"customer": found, "value": value}

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, as the domain takes it."""
        return {name: self.cleaned_data[name] for name in ("customer", "key", "value", "reason", "until")}
