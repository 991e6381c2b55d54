"""Keeping ways to pay, and paying by itself."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.money import Money
from billing.payments import autopay
from billing.payments.models import Autopay, PaymentMethod
from window import amounts
from window.fields import ForgottenInput, SharedPageForm

FOR_WHOM = [
    (PaymentMethod.Scope.NODE, _("this customer only")),
    (PaymentMethod.Scope.SUBTREE, _("this customer and all below it")),
]


class CardForm(forms.Form):
    """A card. Its number goes to the gateway and is kept nowhere, not even in this page."""

    number = forms.CharField(
        label=_("Card number"),
        max_length=23,
        widget=ForgottenInput(attrs={"inputmode": "numeric", "autocomplete": "cc-number"}),
        error_messages={"required": _("Enter the card number.")},
    )
    expiry = forms.CharField(
        label=_("Valid until"),
        max_length=9,
        widget=forms.TextInput(attrs={"autocomplete": "cc-exp", "placeholder": "MM/YY", "inputmode": "numeric"}),
        error_messages={"required": _("Enter until when the card is valid.")},
    )


class ScopeForm(forms.Form):
    """For whom a card that is entered elsewhere may pay."""

    scope = forms.ChoiceField(
        label=_("It may pay for"), widget=forms.RadioSelect, choices=FOR_WHOM, initial=PaymentMethod.Scope.NODE
    )


class NewMethodForm(CardForm):
    """A card, and for whom it may pay."""

    scope = forms.ChoiceField(
        label=_("It may pay for"), widget=forms.RadioSelect, choices=FOR_WHOM, initial=PaymentMethod.Scope.NODE
    )


class AutopayForm(SharedPageForm):
    """When, with what and up to how much invoices pay themselves."""

    method = forms.ChoiceField(label=_("Pay with"), required=False)
    scope = forms.ChoiceField(label=_("Whose invoices"), choices=FOR_WHOM, initial=PaymentMethod.Scope.NODE)
    day = forms.IntegerField(
        label=_("Day of the month"), required=False, min_value=1, max_value=autopay.LAST_DAY_TO_CHOOSE,
        help_text=_("Empty: each on its due day. An invoice is never paid later than that."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": _("due day")}),
    )  # fmt: skip
    limit = forms.CharField(
        label=_("At most in a month"), required=False, max_length=20,
        help_text=_("Empty: no limit. What goes beyond is left open, and we tell you."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": _("no limit")}),
    )  # fmt: skip

    def __init__(self, *args: Any, usable: Sequence[PaymentMethod], currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.usable = {str(method.pk): method for method in usable}
        self.currency = currency
        chosen = [(pk, method.label) for pk, method in self.usable.items()]
        self.fields["method"].choices = [("", _("whichever is the default then")), *chosen]

    @staticmethod
    def of(order: Autopay | None) -> dict[str, Any]:
        """Return the terms in force as the form writes them."""
        if order is None:
            return {}
        limit = Money(order.limit_minor, order.currency).number if order.limit_minor else ""
        return {"method": order.method_id or "", "scope": order.scope, "day": order.day, "limit": limit}

    @property
    def terms(self) -> autopay.Terms:
        """What was agreed to.

        Raises:
            Refusal: the limit is not an amount.
        """
        given = self.cleaned_data
        limit = amounts.read(given["limit"], self.currency) if given["limit"] else None
        return autopay.Terms(scope=given["scope"], method=self.usable.get(given["method"]), limit=limit, day=given["day"])
