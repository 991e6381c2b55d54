"""Viewing: one of our own people opens the portal with a member's eyes, to see what the member sees.

A *viewing* is read-only, has a reason, ends by itself a quarter of an hour after it was opened, and stands on the timeline of
the customer, where the customer's own people read who looked, as whom and why. The portal refuses everything but reading
while one is open (config/viewing.py); what the member keeps to themselves (sign-in, keys) is not part of it.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User, Viewing
from accounts.timeline import recording

LASTS: Final = timedelta(minutes=15)
LONGEST_REASON: Final = 300
SESSION_KEY: Final = "viewing"  # under which a browser remembers the look it has open


class ReasonMissing(Refusal):
    """A look without a reason, or with one that is too long."""

    code = "reason_missing"
    field = "reason"


class NotAMember(Refusal):
    """Somebody who does not see this customer, no longer signs in, or is a program."""

    code = "not_a_member"
    field = "member"


def open_as(*, actor: User, member: User, customer: Customer, reason: str, at: datetime) -> Viewing:
    """Open the portal at `customer` with the eyes of `member` for the next 15 minutes; earlier looks of the actor end.

    Raises:
        Refusal: the actor may not view as a customer.
        ReasonMissing: no reason was given.
        NotAMember: the person does not see this customer.
    """
    with transaction.atomic():
        access.decide(actor, access.VIEW_AS_CUSTOMER, customer).or_refuse()
        reason = " ".join(reason.split())
        if not 0 < len(reason) <= LONGEST_REASON:
            raise ReasonMissing(_("Say why you look, in at most 300 characters; the customer reads it."))
        if not _sees(member, customer):
            raise NotAMember(_("This person does not see this customer, so there is nothing to look at."))
        _open_of(actor, at).update(ended_at=at)
        viewing = Viewing.objects.create(
            agent=actor, member=member, customer=customer, reason=reason, opened_at=at, until=at + LASTS
        )
        facts = {"agent": str(actor), "member": str(member), "reason": reason, "until": viewing.until.isoformat()}
        recording.record(customer, "accounts.viewed_as_member", actor=actor, at=at, about=viewing, facts=facts)
    return viewing


def _sees(member: User, customer: Customer) -> bool:
    """Say whether the person is a customer's, signs in and sees the customer."""
    if member.is_program or access.level_of(member):
        return False
    return access.customers_within_reach(member).filter(pk=customer.pk).exists()


def end(*, actor: User, at: datetime) -> None:
    """End what the actor looks at with somebody else's eyes; without such a look nothing changes."""
    _open_of(actor, at).update(ended_at=at)


def in_progress(viewing_id: int, *, agent: User, at: datetime) -> Viewing | None:
    """Return the look with this key while it lasts: not ended, both people still what they were; None afterwards."""
    viewing = _open_of(agent, at).select_related("agent", "member", "customer").filter(pk=viewing_id).first()
    if viewing is None or not viewing.member.is_active:
        return None
    return viewing if access.decide(agent, access.VIEW_AS_CUSTOMER, viewing.customer).allowed else None


def _open_of(agent: User, at: datetime) -> QuerySet[Viewing]:
    return Viewing.objects.filter(agent=agent, ended_at=None, until__gt=at)
