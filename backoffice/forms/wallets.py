"""An order for prepaid credit, taken for a customer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Refusal
from billing.invoices.wallets import Wallet
from window import amounts
from window.fields import KeyField


class CreditOrderForm(forms.Form):
    """How much, with which seller and in which currency."""

    wallet = forms.ChoiceField(label=_("Seller and currency"))
    amount = forms.CharField(
        label=_("Amount"),
        max_length=20,
        help_text=_("Without tax: tax is charged by the invoices it pays for."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    key = KeyField()

    def __init__(self, *args: Any, held: Sequence[Wallet], **options: Any) -> None:
        super().__init__(*args, **options)
        self.open = {f"{one.seller.code} {one.held.currency}": one for one in held if one.open_for_more}
        named = [(key, f"{one.seller.name}, {one.held.currency}") for key, one in self.open.items()]
        self.fields["wallet"].choices = named

    def clean(self) -> dict[str, Any]:
        """Read the amount in the currency of the wallet."""
        given = super().clean() or {}
        if given.get("amount") and given.get("wallet"):
            given["wallet"] = self.open[given["wallet"]]
            try:
                given["amount"] = amounts.read(given["amount"], given["wallet"].held.currency)
            except Refusal as refusal:
                self.add_error("amount", refusal.reason)
        return given
