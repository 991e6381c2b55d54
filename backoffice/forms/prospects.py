"""Prospects: who they are, and the first contract they sign."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer, CustomerKind
from backoffice.forms.data import DetailsForm
from billing.amendments import first_contract
from billing.amendments.first_contract import Terms
from billing.amendments.ordering import Order
from billing.catalog.models import LegalEntity


class ProspectForm(DetailsForm):
    """The facts of a customer to be. The domain judges them by its rules."""

    kind = forms.ModelChoiceField(CustomerKind.objects.filter(may_be_root=True).order_by("position", "code"), label=_("Kind"))
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="EUR")
    language = forms.CharField(label=_("Language"), max_length=5, initial="en")
    timezone = forms.CharField(label=_("Time zone"), max_length=60, initial="Europe/Berlin")
    is_new = forms.BooleanField(label=_("It is none of those we know"), required=False)

    field_order = ("kind", "name", "legal_name")

    @property
    def facts(self) -> dict[str, str]:
        """What was said of it beside its name."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"kind", "name", "is_new"} and value}


class FirstContractForm(forms.Form):
    """What is agreed, and with which subscription it begins; the price that was shown goes along when it is signed."""

    seller = forms.ModelChoiceField(LegalEntity.objects.order_by("name"), label=_("Who sells"), empty_label=None)
    plan = forms.ChoiceField(label=_("Begins with"))
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=100_000, initial=1)
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    bill_day = forms.IntegerField(label=_("Day of the month on which periods begin"), min_value=1, max_value=31, initial=1)
    term_months = forms.IntegerField(label=_("Term in months"), min_value=1, max_value=120, initial=12)
    renews = forms.BooleanField(label=_("Goes on for another term by itself"), required=False, initial=True)
    notice_days = forms.IntegerField(label=_("Notice in days"), min_value=0, max_value=365, initial=30)
    payment_term_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=180, initial=14)
    po_number = forms.CharField(label=_("Their order number (optional)"), max_length=40, required=False)
    today_minor = forms.IntegerField(required=False, widget=forms.HiddenInput)
    period_minor = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, customer: Customer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"since": today.isoformat()}, **kwargs)
        versions = first_contract.on_sale(customer, today)
        self.fields["plan"].choices = [(one.plan.code, f"{one.plan.product.name}: {one.plan.name}") for one in versions]

    @property
    def terms(self) -> Terms:
        """What is agreed."""
        names = ("seller", "bill_day", "payment_term_days", "term_months", "notice_days", "renews", "po_number")
        return Terms(**{name: self.cleaned_data[name] for name in names})

    @property
    def order(self) -> Order:
        """What it begins with."""
        given = self.cleaned_data
        return Order(given["plan"], given["quantity"], given["since"], given["po_number"])

    @property
    def shown(self) -> tuple[int, int]:
        """The price that was shown; none was: one that nothing costs."""
        today, period = self.cleaned_data["today_minor"], self.cleaned_data["period_minor"]
        return (-1 if today is None else today, -1 if period is None else period)
