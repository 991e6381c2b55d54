"""Addresses of a customer: for what, where, and for which days."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Address


class AddressForm(forms.Form):
    """Where a customer gets invoices, deliveries or visits; the end is the first day on which it holds no more."""

    purpose = forms.ChoiceField(label=_("For"), choices=Address.Purpose.choices)
    attention = forms.CharField(label=_("Department or person"), required=False, max_length=120)
    street = forms.CharField(label=_("Street"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=_("Town"), max_length=120)
    country = forms.CharField(label=_("Country"), required=False, max_length=2, help_text=_("Two letters, such as DE"))
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: for good.")
    )


class AddressEndForm(forms.Form):
    """From which day an address holds no more."""

    on = forms.DateField(label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}))
