"""Letting an invoice rest, agreeing on parts, and saying no to a dispute."""

from django import forms
from django.utils.translation import gettext_lazy as _

DAY = {"type": "date"}


class PauseForm(forms.Form):
    """Until when an invoice rests, and why."""

    until = forms.DateField(label=_("Ask again from"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Why it rests"), max_length=400)


class PlanForm(forms.Form):
    """In how many monthly parts it is paid, the first on which day."""

    count = forms.IntegerField(label=_("Parts"), min_value=2, max_value=24, initial=6)
    first_on = forms.DateField(label=_("First part on"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


class RefusalForm(forms.Form):
    """Why a line is right."""

    reason = forms.CharField(label=_("Why the line is right"), max_length=400)
