"""Asking for details to be changed, and deciding on what others asked for. The domain judges the values by its rules."""

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Address
from accounts.quality.models import ChangeRequest


class _Asking(forms.Form):
    """What every change has: a kind, and the day from which it holds."""

    what = forms.CharField(widget=forms.HiddenInput)
    effective_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def wanted(self) -> dict[str, str]:
        """Return the facts asked for."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"what", "effective_on"}}

    def day(self, today: date) -> date:
        """Return the day asked for; today when none was named."""
        return self.cleaned_data["effective_on"] or today


class AddressForm(_Asking):
    """Where the customer is, and how it is reached."""

    street = forms.CharField(label=_("Street"), required=False, max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=_("Town"), required=False, max_length=120)
    country = forms.CharField(label=_("Country"), required=False, max_length=2, help_text=_("Two letters, such as DE"))
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)


class LegalNameForm(_Asking):
    """What the customer is called in registers and on invoices."""

    legal_name = forms.CharField(label=_("Legal name"), max_length=250)


class TaxIdForm(_Asking):
    """Under which number the customer pays taxes."""

    tax_id = forms.CharField(label=_("Tax id"), max_length=20)


class PayerForm(_Asking):
    """Who pays from then on."""

    payer = forms.CharField(label=_("Number of who pays"), max_length=20, help_text=_("Such as C-100001, of your own group"))


class PositionForm(_Asking):
    """Where in the organisation the customer stands."""

    parent = forms.CharField(
        label=_("Number of the customer above"), max_length=20, help_text=_("Such as C-100001, of your own group")
    )


class SentToForm(_Asking):
    """Where invoices, deliveries or visits go, until a day if one is known."""

    purpose = forms.ChoiceField(label=_("For"), choices=Address.Purpose.choices)
    attention = forms.CharField(label=_("Department or person"), required=False, max_length=120)
    street = forms.CharField(label=_("Street"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=_("Town"), max_length=120)
    country = forms.CharField(label=_("Country"), required=False, max_length=2, help_text=_("Two letters, such as DE"))
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: for good.")
    )

    def wanted(self) -> dict[str, str]:
        """Return the address asked for; its end as text, as requests keep it."""
        until = self.cleaned_data["until"]
        return super().wanted() | {"until": until.isoformat() if until else ""}


class EndingForm(_Asking):
    """An address that shall hold no more."""

    ends = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def wanted(self) -> dict[str, str]:
        """Return which address it is."""
        return {"ends": str(self.cleaned_data["ends"])}


def sent(data: QueryDict) -> _Asking | None:
    """Return the form somebody sent, bound; None where no such kind of change is known."""
    what = data.get("what", "")
    kind = EndingForm if what == ChangeRequest.What.SENT_TO and data.get("ends") else FORMS.get(what)
    return kind(data, auto_id=f"{what}_%s") if kind else None


FORMS: dict[str, type[_Asking]] = {
    ChangeRequest.What.ADDRESS: AddressForm,
    ChangeRequest.What.LEGAL_NAME: LegalNameForm,
    ChangeRequest.What.TAX_ID: TaxIdForm,
    ChangeRequest.What.PAYER: PayerForm,
    ChangeRequest.What.POSITION: PositionForm,
    ChangeRequest.What.SENT_TO: SentToForm,
}


class ChangeDecisionForm(forms.Form):
    """Yes or no to a change somebody asked for."""

    decision = forms.ChoiceField(choices=[("approve", "approve"), ("refuse", "refuse")])
    note = forms.CharField(label=_("A word about it (optional)"), max_length=300, required=False)
