"""Waiting: approvals that nobody decides in the hours policy allows are brought before the level above, once.

Who was asked may still decide; the level above always might. Read with the values of the customer's own policy.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.policies import resolving
from accounts.timeline import recording
from accounts.timeline.models import Activity
from accounts.timeline.recording import Entry
from support.remedies import giving
from support.remedies.models import Approval
from support.remedies.policy_limits import LADDER
from support.tickets import turns

HOURS: Final = "approval.hours"
LATE: Final = "support.approval_late"


def tell_late(*, at: datetime) -> int:
    """Tell the level above of each approval that waited too long; return how many were told. Again tells nobody twice."""
    with transaction.atomic():
        turns.take("late approvals")
        told = [_entry(approval, hours) for approval, hours in late(at=at) if not _is_told(approval)]
        recording.record_many(told, actor=None, at=at)
    return len(told)


def late(*, at: datetime) -> list[tuple[Approval, int]]:
    """Return the approvals that have waited longer than policy allows their customer, with the hours allowed, oldest first."""
    rows = Approval.objects.filter(status=Approval.Status.WAITING, asked_at__lt=at)
    waiting = list(rows.select_related("grant__customer", "grant__ticket", "grant__document").order_by("asked_at", "pk"))
    allowed = _hours(waiting, at)
    return [(row, hours) for row, hours in zip(waiting, allowed, strict=True) if at - row.asked_at >= timedelta(hours=hours)]


def _hours(waiting: Sequence[Approval], at: datetime) -> list[int]:
    values = resolving.resolve_many({row.grant.customer_id for row in waiting}, at.date(), [HOURS]) if waiting else {}
    return [int(values[row.grant.customer_id][HOURS].value) for row in waiting]


def _is_told(approval: Approval) -> bool:
    return Activity.objects.filter(kind=LATE, about_kind="grant", about_ref=approval.grant.ref).exists()


def _entry(approval: Approval, hours: int) -> Entry:
    above = LADDER[min(LADDER.index(approval.approver_level) + 1, len(LADDER) - 1)]
    facts = giving.facts_of(approval.grant) | {"hours": hours, "level": above}
    return Entry(approval.grant.customer, LATE, facts, approval.grant, internal=True)
