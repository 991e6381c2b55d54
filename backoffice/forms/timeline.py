"""What is asked of the timeline."""

from datetime import timedelta
from typing import Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.timeline.asking import Wanted

TOPICS: Final = (
    ("", _("Everything")),
    ("tickets", _("Tickets and calls")),
    ("remedies", _("Remedies")),
    ("voice", _("Praise and surveys")),
    ("invoices", _("Invoices")),
    ("payments", _("Payments")),
    ("contracts", _("Contracts")),
    ("people", _("People")),
    ("details", _("Details")),
)


class TimelineForm(forms.Form):
    """Topic, person and days, both of which count."""

    topic = forms.ChoiceField(label=_("What"), choices=TOPICS, required=False)
    person = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Who"), required=False, empty_label=_("Everybody"))
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, people: QuerySet[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people

    def wanted(self, *, subtree: bool) -> Wanted:
        """Return what is asked for; what makes no sense does not narrow."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        person, last = given.get("person"), given.get("last")
        until = last + timedelta(days=1) if last and last.year < 9999 else None
        return Wanted(given.get("topic") or "", person and person.pk, given.get("first"), until, subtree)
