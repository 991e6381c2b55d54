"""When an invoice that is overdue will be paid."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PromiseForm(forms.Form):
    """The day on which it will be paid."""

    pay_on = forms.DateField(label=_("We pay on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class PlanForm(forms.Form):
    """Which invoices are paid in how many monthly parts, the first on which day."""

    documents = forms.MultipleChoiceField(label=_("Invoices"), widget=forms.CheckboxSelectMultiple)
    count = forms.IntegerField(label=_("Parts"), min_value=2, max_value=24, initial=3)
    first_on = forms.DateField(label=_("First part on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: object, choices: list[tuple[str, str]], **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["documents"].choices = choices
