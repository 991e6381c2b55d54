"""Signing a direct debit mandate."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.catalog.models import LegalEntity


class MandateForm(forms.Form):
    """From which account which seller may collect."""

    seller = forms.ChoiceField(label=_("Who may collect?"))
    holder = forms.CharField(label=_("Account holder"), max_length=70, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    iban = forms.CharField(
        label=_("IBAN"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    agreed = forms.BooleanField(label=_("I allow the debits and tell my bank to honour them"))

    def __init__(self, *args: Any, sellers: Sequence[LegalEntity], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sellers = {seller.code: seller for seller in sellers}
        self.fields["seller"].choices = [(code, seller.name) for code, seller in self.sellers.items()]

    @property
    def terms(self) -> dict[str, Any]:
        """What is signed."""
        given = self.cleaned_data
        return {"seller": self.sellers[given["seller"]], "holder": given["holder"], "iban": given["iban"]}
