"""The terms of a contract: how long, whether it goes on by itself, the order number; then a name as a signature."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from billing.contracts.models import Contract
from billing.contracts.terms import Terms


class TermsForm(forms.Form):
    """What a customer may change about a contract by themselves."""

    term_months = forms.TypedChoiceField(label=_("How long is a term?"), coerce=int, widget=forms.RadioSelect)
    renews = forms.BooleanField(
        label=_("Goes on for another term by itself"), required=False, help_text=_("Otherwise everything ends with the term.")
    )
    po_number = forms.CharField(label=_("Your order number"), required=False, max_length=40)
    po_required = forms.BooleanField(
        label=_("Never invoice without an order number"), required=False, help_text=_("Invoices wait until one is given.")
    )
    signed_name = forms.CharField(label=_("Sign with your full name"), required=False, max_length=120)

    def __init__(self, *args: Any, contract: Contract, lengths: list[int], **options: Any) -> None:
        self.contract = contract
        names = ("term_months", "renews", "po_number", "po_required")
        super().__init__(*args, initial={name: getattr(contract, name) for name in names}, **options)
        self.fields["term_months"].choices = [(months, self.months(months)) for months in lengths]

    @staticmethod
    def months(count: int) -> str:
        """Say how long a term is."""
        return ngettext("%(count)d month", "%(count)d months", count) % {"count": count} if count else str(_("No fixed term"))

    @property
    def terms(self) -> Terms:
        """The terms in the words of the domain; what is not asked here stays."""
        given = self.cleaned_data
        return replace(
            Terms.of(self.contract), term_months=given["term_months"], renews=given["renews"],
            po_required=given["po_required"], po_number=given["po_number"].strip(),
        )  # fmt: skip
