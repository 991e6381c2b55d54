"""Splitting a customer: what goes along, under which name, and from when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.quality import split_parts


class SplitForm(forms.Form):
    """The new customer's name, the day, and a choice of each kind of part there is."""

    name = forms.CharField(
        label=_("Name of the new customer"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, part in split_parts.every().items():
            pieces = part.pieces(customer)
            if pieces:
                self.fields[code] = forms.TypedMultipleChoiceField(
                    label=part.label,
                    required=False,
                    coerce=int,
                    choices=[(piece.key, piece.words) for piece in pieces],
                    widget=forms.CheckboxSelectMultiple,
                )

    @property
    def parts(self) -> dict[str, list[int]]:
        """Return what was chosen, part by part."""
        return {code: self.cleaned_data[code] for code in split_parts.every() if self.cleaned_data.get(code)}
