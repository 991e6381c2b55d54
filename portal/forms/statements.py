"""Which account, and which days of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.periods import Period


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class StatementForm(forms.Form):
    """The currency and the first and last day, both counted."""

    since = _day(_("From"))
    last = _day(_("To"))
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, given: dict[str, Any], *, currencies: Sequence[str], today: date) -> None:
        usual = {"since": today.replace(month=1, day=1).isoformat(), "last": today.isoformat(), "currency": currencies[0]}
        super().__init__(usual | {name: value for name, value in given.items() if value})
        self.fields["currency"].choices = [(currency, currency) for currency in currencies]
        self.usual = Period.through(today.replace(month=1, day=1), today), currencies[0]

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        found = super().clean() or {}
        if found.get("since") and found.get("last"):
            if found["since"] > found["last"]:
                self.add_error("last", _("The last day is before the first."))
            elif found["last"] == date.max:
                self.add_error("last", _("That day is too late."))
        return found

    @property
    def asked(self) -> tuple[Period, str]:
        """The period and currency asked for; the usual ones while the form is faulty."""
        if not self.is_valid():
            return self.usual
        return Period.through(self.cleaned_data["since"], self.cleaned_data["last"]), self.cleaned_data["currency"]
