"""Paying by card: a kept one or another."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.payments.models import PaymentMethod
from billing.payments.stripe import client
from window.fields import ForgottenInput, KeyField

ANOTHER = "another"


class PaymentForm(forms.Form):
    """Which card pays. The number of another card goes to the gateway and is kept nowhere, not even in this page."""

    method = forms.ChoiceField(label=_("Pay with"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Card number"),
        required=False,
        max_length=23,
        widget=ForgottenInput(attrs={"inputmode": "numeric", "autocomplete": "cc-number"}),
    )
    expiry = forms.CharField(
        label=_("Valid until"),
        required=False,
        max_length=9,
        widget=forms.TextInput(attrs={"autocomplete": "cc-exp", "placeholder": "MM/YY", "inputmode": "numeric"}),
    )
    keep = forms.BooleanField(label=_("Keep this card for the next payment"), required=False)
    amount = forms.CharField(
        label=_("Amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    why = forms.CharField(
        label=_("Why not all of it"),
        required=False,
        max_length=200,
        help_text=_("Kept with the payment, so that nobody asks for the rest unknowing."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    confirmed = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    key = KeyField()

    def __init__(self, *args: Any, kept: Iterable[PaymentMethod], **options: Any) -> None:
        super().__init__(*args, **options)
        self.kept = {str(method.pk): method for method in kept}
        choices = [(pk, method.label) for pk, method in self.kept.items()]
        another = [(ANOTHER, _("Another card") if choices else _("Card"))] if self.takes_numbers else []
        self.fields["method"].choices = [*choices, *another]
        self.fields["method"].initial = choices[0][0] if choices else ANOTHER

    def clean(self) -> dict[str, Any]:
        """Ask for number and expiry of a card that is not kept."""
        given = super().clean() or {}
        if given.get("method") == ANOTHER:
            for name, words in (("number", _("Enter the card number.")), ("expiry", _("Enter until when the card is valid."))):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return given

    @property
    def is_part(self) -> bool:
        """Whether the visitor has begun to say that only a part is paid."""
        return bool(self["amount"].value() or self["why"].value())

    @property
    def takes_numbers(self) -> bool:
        """Whether another card is entered here; with Stripe it is entered in Stripe's fields first, and kept."""
        return not client.is_on()

    @property
    def kept_method(self) -> PaymentMethod | None:
        """The kept method chosen, if it was one."""
        return self.kept.get(self.cleaned_data["method"])

    def decline(self, reason: str) -> None:
        """Show why the card was declined, and make the next sending another attempt.

        With the same key the gateway would answer the same.
        """
        self.add_error(None, reason)
        self.data = self.data.copy()
        self.data["key"] = str(uuid4())
