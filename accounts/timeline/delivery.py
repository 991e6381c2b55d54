"""Delivery: telling each reader (notice, webhook…) of an activity after its work was committed, at least once.

A waiting row is claimed by putting its due moment ahead (a lease) in a short transaction with SKIP LOCKED, so any number of
workers share the work and none holds a transaction while a mail server thinks. A worker that dies leaves the row to
come due again. A reader that fails is tried again after ever longer pauses and given up after MOST_TRIES. Readers must
bear being told twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from accounts.timeline.models import Activity, Delivery

Handler = Callable[[Activity], None]

LEASE: Final = timedelta(minutes=5)
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_TRIES: Final = 10
LONGEST_FAULT: Final = 1_000

log = structlog.get_logger(__name__)
_handlers: dict[str, Handler] = {}


class NobodyReads(LookupError):
    """A delivery for a reader that no app registered."""

    def __init__(self, reader: str) -> None:
        super().__init__(f"nobody reads {reader!r}: no app registered a handler for it")


def register(reader: str, handler: Handler) -> None:
    """Let `handler` be called with each activity that `reader` (a name in accounts/timeline/kinds.py) is to be told of."""
    _handlers[reader] = handler


def deliver_waiting(*, at: datetime, limit: int = 100) -> int:
    """Tell the readers of up to `limit` deliveries that are due at `at`; return how many were told."""
    return sum(_deliver(delivery, at) for delivery in _claim(at, limit))


def pass_over(*, older_than: datetime, at: datetime) -> int:
    """Count as told whatever happened before `older_than`, for histories that are brought in afterwards; return how many."""
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, activity__at__lt=older_than)
    return waiting.update(status=Delivery.Status.DELIVERED, delivered_at=at)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failed tries: 10 s, 20 s, 40 s … at most 6 hours."""
    doublings: int = 2 ** (attempts - 1)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def _claim(at: datetime, limit: int) -> list[Delivery]:
    with transaction.atomic():
        waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, due_at__lte=at).order_by("due_at", "id")
        claimed = list(waiting.select_for_update(skip_locked=True)[:limit])
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(due_at=at + LEASE)
    return claimed


def _deliver(delivery: Delivery, at: datetime) -> bool:
    activity = Activity.objects.select_related("customer", "actor").get(pk=delivery.activity_id)
    delivery.attempts += 1
    try:
        _handler_of(delivery.reader)(activity)
    except Exception as fault:  # whatever a reader's outside world does wrong, the next delivery is still made
        log.warning("delivery_failed", delivery=delivery.pk, reader=delivery.reader, fault=repr(fault))
        _put_off(delivery, repr(fault), at)
        return False
    delivery.status, delivery.delivered_at, delivery.fault = Delivery.Status.DELIVERED, at, ""
    delivery.save(update_fields=["status", "delivered_at", "fault", "attempts"])
    return True


def _handler_of(reader: str) -> Handler:
    if reader not in _handlers:
        raise NobodyReads(reader)
    return _handlers[reader]


def _put_off(delivery: Delivery, fault: str, at: datetime) -> None:
    delivery.fault = fault[:LONGEST_FAULT]
    delivery.due_at = at + pause_after(delivery.attempts)
    if delivery.attempts >= MOST_TRIES:
        delivery.status = Delivery.Status.GIVEN_UP
    delivery.save(update_fields=["status", "due_at", "fault", "attempts"])
