"""Exceptions: one key, otherwise for one customer and all below it, in spite of the policy.

They are the only way around a lock. One of our people asks with a reason, a manager who did not ask approves, and every
exception stands in the exception log, which all our people can read.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import two_persons
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies import keys
from accounts.policies.models import PolicyException
from accounts.timeline import recording


class ExceptionRefused(Refusal):
    """No reason, no end, or not this person's to ask for or to approve."""

    code = "exception_refused"


def ask(
    *, actor: User, customer: Customer, key: str, value: Any, reason: str, since: date, until: date, at: datetime
) -> PolicyException:
    """Ask for an exception for some days; it does nothing until somebody else approves it.

    Raises:
        ExceptionRefused, keys.KeyUnknown, keys.ValueUnreadable, two_persons.SpanMakesNoSense: it cannot be asked for.
    """
    keys.check(key, value)
    two_persons.check_span(since, until, at)
    if access.level_of(actor) not in access.DECIDE_APPROVALS.levels:
        raise ExceptionRefused(_("Supervisors and managers ask for exceptions."))
    if not reason.strip():
        raise ExceptionRefused(_("An exception says why."))
    with transaction.atomic():
        asked = PolicyException.objects.create(
            key=key,
            customer=customer,
            value=value,
            reason=reason.strip()[:300],
            since=since,
            until=until,
            asked_by=actor,
            asked_at=at,
        )
        _record("accounts.exception_asked", asked, actor, at)
    return asked


def approve(*, actor: User, asked: PolicyException, at: datetime) -> PolicyException:
    """Let an exception hold that somebody else asked for.

    Raises:
        ExceptionRefused, two_persons.SecondPersonNeeded, two_persons.SpanMakesNoSense: the actor may not, or it is too late.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise ExceptionRefused(_("A manager approves exceptions."))
    with transaction.atomic():
        held = two_persons.approve(asked, actor=actor, at=at)
        _record("accounts.exception_approved", held, actor, at)
    return held


def end(*, actor: User, held: PolicyException, at: datetime) -> PolicyException:
    """Let an exception hold no longer.

    Raises:
        ExceptionRefused: the actor is no manager.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise ExceptionRefused(_("A manager ends exceptions."))
    return two_persons.end(held, at=at)


def listed() -> QuerySet[PolicyException]:
    """Return the exception log: all that were ever asked for, the newest first."""
    return PolicyException.objects.select_related("customer", "asked_by", "approved_by").order_by("-asked_at", "-pk")


def _record(kind: str, row: PolicyException, actor: User, at: datetime) -> None:
    key = keys.named(row.key)
    facts = {"what": f"{key.label}: {key.words(row.value)}", "reason": row.reason, "until": str(row.until)}
    recording.record(row.customer, kind, actor=actor, at=at, about=row, facts=facts, internal=True)
