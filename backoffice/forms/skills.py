"""What kinds of tickets ask for, and who can do what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people import access
from accounts.people.models import User
from accounts.policies.models import Policy
from support.tickets import skills
from support.tickets.models import Ticket

KINDS = [("", "---------"), *Ticket.Kind.choices]


class NeedForm(forms.Form):
    """A kind of ticket, and the policy whose quiz it asks for."""

    need_kind = forms.ChoiceField(label=_("Tickets of the kind"), choices=KINDS)
    certificate = forms.ModelChoiceField(
        Policy.objects.none(), label=_("Quiz that has to be passed"), required=False, to_field_name="code",
        empty_label=_("none: the skill alone"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["certificate"].queryset = skills.certificates()

    @property
    def code(self) -> str:
        """The policy's code; empty: none."""
        policy = self.cleaned_data["certificate"]
        return policy.code if policy else ""


class HoldingForm(forms.Form):
    """Who can do what."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Who"))
    kind = forms.ChoiceField(label=_("Can work on"), choices=KINDS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        workers = User.objects.filter(is_active=True, staff_profile__level__in=access.WORK_TICKETS.levels)
        self.fields["person"].queryset = workers.order_by("name", "pk")
