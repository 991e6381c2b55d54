"""Relations of customers: who serves whom, and for which days."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.relation_models import RelationKind


class RelationForm(forms.Form):
    """What this customer is to another one, by the other's number, from a day on."""

    kind = forms.ModelChoiceField(RelationKind.objects.all(), label=_("This customer …"), empty_label=None)
    other = forms.CharField(label=_("Number of the other"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: for good.")
    )


class RelationEndForm(forms.Form):
    """From which day a relation holds no more."""

    on = forms.DateField(label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}))
