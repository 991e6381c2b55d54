"""Finance dealing with bank lines, and bringing statements in."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from billing.catalog.models import LegalEntity
from billing.payments.bank.statements import MOST_BYTES


class StatementForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(label=_("The bank's file"), help_text=_("camt.053, camt.052, camt.054 or MT940"))

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file


class MatchForm(forms.Form):
    """The invoices a line pays, as their numbers are typed."""

    numbers = forms.CharField(
        label=_("Invoice numbers"), max_length=500, help_text=_("Several with a comma between, paid in this order")
    )

    def clean_numbers(self) -> list[str]:
        return [number.strip() for number in self.cleaned_data["numbers"].replace(";", ",").split(",") if number.strip()]


class CreditForm(forms.Form):
    """Whose credit a line becomes."""

    customer = forms.CharField(label=_("Customer number"), max_length=20)

    def clean_customer(self) -> Customer:
        found = Customer.objects.filter(number=self.cleaned_data["customer"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with this number."))
        return found


class ReasonForm(forms.Form):
    """Why something is not done."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class DebitFileForm(forms.Form):
    """For whom and on which day a file collects."""

    seller = forms.ModelChoiceField(
        label=_("Who collects"), queryset=LegalEntity.objects.exclude(creditor_id=""), empty_label=None
    )
    collection_on = forms.DateField(label=_("Day of collection"), widget=forms.DateInput(attrs={"type": "date"}))
