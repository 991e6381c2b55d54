"""Reminding: who decides on a change is told once when the day by which it should be decided has passed.

The day is the last one that policy gives, by the customer's own clock; it has passed when the next one began there. The change
itself goes on waiting: nothing is decided by the clock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.days import local_day
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from accounts.timeline import recording
from accounts.timeline.models import Activity
from accounts.timeline.plain import plain
from accounts.timeline.recording import Entry

LATE: Final = "accounts.change_overdue"


def is_late(request: ChangeRequest, days: Mapping[int, int], at: datetime) -> bool:
    """Say whether the day by which `request` should be decided has passed at the moment `at`; `days` as decision_days says."""
    by = changes.decide_by(request, days)
    return by is not None and local_day(at, request.customer.timezone) > by


def remind(*, at: datetime) -> int:
    """Record of each late change that nobody has decided, from which the mail follows; return how many. Again does nothing."""
    waiting = ChangeRequest.objects.filter(status=ChangeRequest.Status.WAITING, asked_at__lt=at).select_related("customer")
    with transaction.atomic():
        asked = list(waiting.select_for_update(of=("self",)).order_by("pk"))
        told = set(_told(asked))
        days = changes.decision_days({one.customer_id for one in asked}, at.date()) if asked else {}
        late = [_entry(one, days) for one in asked if str(one.pk) not in told and is_late(one, days, at)]
        recording.record_many(late, actor=None, at=at)
    return len(late)


def _told(asked: list[ChangeRequest]) -> list[str]:
    refs = [str(one.pk) for one in asked]
    told = Activity.objects.filter(kind=LATE, about_kind="changerequest", about_ref__in=refs)
    return list(told.values_list("about_ref", flat=True))


def _entry(request: ChangeRequest, days: Mapping[int, int]) -> Entry:
    by = changes.decide_by(request, days)
    facts = {
        "what": plain(request, "what").lower(), "day": request.effective_on.isoformat(), "by": by.isoformat() if by else "",
        "who": str(request.asked_by), "customer_number": request.customer.number,
    }  # fmt: skip
    return Entry(request.customer, LATE, facts, request, internal=positions.is_ours(request))
