"""An amount in a form of the administration: written as people speak of it, kept in whole minor units."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.decisions import Refusal
from billing.money import Money


class AmountForm(forms.ModelForm):
    """A form whose field `amount` stands for the model's field `minor`, in the currency beside it."""

    minor: ClassVar[str] = "amount_minor"
    amount = forms.CharField(
        label=_("Amount"), required=False, help_text=_("For example 250.00"), widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        held = getattr(self.instance, self.minor)
        if held is not None:
            self.initial["amount"] = Money(held, self.instance.currency).number

    def clean(self) -> dict[str, Any]:
        """Read the amount in the currency."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        text, given["currency"] = given.pop("amount", ""), given.get("currency", "").upper()
        try:
            given[self.minor] = Money.of(text, given["currency"]).amount_minor if text else None
        except Refusal as refusal:
            self.add_error("amount", refusal.reason)
        return given
