"""Handing a customer's need to who sells, and saying what came of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from support.offers import leads
from support.offers.leads import Need
from support.offers.models import Lead
from window.fields import KeyField


class LeadForm(forms.Form):
    """What the customer needs, who is to see to it and by when."""

    need = forms.CharField(
        label=_("What they need"), max_length=leads.LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    to = forms.ModelChoiceField(label=_("Who sees to it"), queryset=User.objects.none())
    due_on = forms.DateField(label=_("By"), widget=forms.DateInput(attrs={"type": "date"}))
    key = KeyField()

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, prefix="lead", **options)
        self.fields["to"].queryset = leads.sellers().exclude(pk=viewer.pk)

    @property
    def wanted(self) -> Need:
        """The need, as the form says it."""
        return Need(self.cleaned_data["need"], self.cleaned_data["to"], self.cleaned_data["due_on"])


class LeadStepForm(forms.Form):
    """Working on it, or how it ended, with words."""

    to = forms.ChoiceField(choices=[(state, state) for state in (Lead.State.WORKED_ON.value, *leads.ENDS)])
    words = forms.CharField(required=False, max_length=leads.LONGEST)
