"""Work behind the pages: wake-ups only, what is to do stands in tables."""

import time
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.privacy import erasing, exporting
from accounts.quality import candidates, changes, reminding, scores, splitting
from accounts.segments import evaluating, lifecycle
from accounts.timeline import delivery, months
from accounts.webhooks import sending

SENDING_LASTS: Final = 10.0  # seconds
SENDING_MAY_HANG: Final = timedelta(minutes=1)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def deliver_activities() -> int:
    """Tell the readers of activities what is waiting for them; return how many were told."""
    return delivery.deliver_waiting(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def make_months() -> int:
    """Make the parts of the timeline for the months ahead; return how many are new."""
    return months.make_ahead(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def find_duplicates() -> int:
    """Compare all customers; return how many pairs wait for a person."""
    return candidates.detect_all(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def judge_customers() -> int:
    """Judge the facts of all customers anew; return how many were judged."""
    return scores.refresh(Customer.objects.all(), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def apply_changes() -> int:
    """Put approved changes and splits whose day has come into effect; return how many were. Remind of what nobody decided."""
    at = timezone.now()
    reminding.remind(at=at)
    return changes.apply_due(at=at) + splitting.apply_due(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def tend_customers() -> int:
    """Evaluate the segments and the stages of all customers; return how many changed."""
    at = timezone.now()
    return lifecycle.follow_all(at=at) + evaluating.evaluate_all(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def tend_privacy() -> int:
    """Write the exports that wait, preview and carry out erasures; return how many went on."""
    at = timezone.now()
    return exporting.prepare_waiting(at=at) + erasing.work_off(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def send_webhooks() -> int:
    """Hand over the messages that are due, for ten seconds at most and by one worker at a time; return how many were taken."""
    if not cache.add("webhooks-are-being-sent", 1, timeout=SENDING_MAY_HANG.seconds):
        return 0
    try:
        ends = time.monotonic() + SENDING_LASTS
        return sending.send_waiting(at=timezone.now(), may_go_on=lambda: time.monotonic() < ends)
    finally:
        cache.delete("webhooks-are-being-sent")


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def forget_webhooks() -> int:
    """Forget old messages to programs and how they went; return how many."""
    return sending.forget_old(at=timezone.now())
