"""Deciding on customers that may be kept twice."""

from collections.abc import Collection
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _


class DismissalForm(forms.Form):
    """Why two are not one."""

    note = forms.CharField(label=_("Why they are not one (optional)"), max_length=300, required=False)


class MergeForm(forms.Form):
    """Which of the two stays, and a word for who decides."""

    keep = forms.ChoiceField(choices=[("a", "a"), ("b", "b")])
    note = forms.CharField(label=_("A word for who decides (optional)"), max_length=300, required=False)


class MergeDecisionForm(forms.Form):
    """Yes or no to a merge."""

    decision = forms.ChoiceField(choices=[("approve", "approve"), ("refuse", "refuse")])
    note = forms.CharField(label=_("A word about it (optional)"), max_length=300, required=False)

    @property
    def approves(self) -> bool:
        """Say whether the decision is yes."""
        return self.cleaned_data["decision"] == "approve"


class StagedDecisionForm(forms.Form):
    """Whether staged rows go live or never."""

    decision = forms.ChoiceField(choices=[("release", "release"), ("drop", "drop")])


class DetailsForm(forms.Form):
    """The facts of a customer, to be put right. The domain judges them by its rules."""

    name = forms.CharField(label=_("Name"), max_length=250)
    legal_name = forms.CharField(label=_("Legal name"), required=False, max_length=250)
    country = forms.CharField(label=_("Country"), required=False, max_length=2)
    tax_id = forms.CharField(label=_("Tax id"), required=False, max_length=20)
    lei = forms.CharField(label=_("LEI"), required=False, max_length=20)
    street = forms.CharField(label=_("Street"), required=False, max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=_("Town"), required=False, max_length=120)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)

    def without(self, retired: Collection[str]) -> Self:
        """Return the form without the fields nobody needs any more."""
        for name in [name for name in retired if name in self.fields]:
            del self.fields[name]
        return self
