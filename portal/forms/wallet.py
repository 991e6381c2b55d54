"""Buying credit ahead."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Refusal
from billing.invoices.wallets import Wallet
from window import amounts
from window.fields import KeyField


class TopUpForm(forms.Form):
    """How much, in which currency."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=20,
        help_text=_("Without tax: tax is charged by the invoices it pays for."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    key = KeyField()

    def __init__(self, *args: Any, held: Sequence[Wallet], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = list(dict.fromkeys(wallet.held.currency for wallet in held if wallet.open_for_more))
        self.fields["currency"].choices = [(currency, currency) for currency in offered]
        if len(offered) == 1:
            self.fields["currency"].widget = forms.HiddenInput()
            self.fields["currency"].initial = offered[0]
            self.fields["amount"].label = _("Amount in {currency}").format(currency=offered[0])

    def clean(self) -> dict[str, Any]:
        """Read the amount in its currency."""
        given = super().clean() or {}
        if given.get("amount") and given.get("currency"):
            try:
                given["amount"] = amounts.read(given["amount"], given["currency"])
            except Refusal as refusal:
                self.add_error("amount", refusal.reason)
        return given

    @property
    def offers(self) -> bool:
        """Whether there is a currency in which credit can be bought."""
        return bool(self.fields["currency"].choices)
