"""Sending: handing waiting messages to their endpoints, again after ever longer pauses, and giving up in the end.

A due message is claimed by putting its moment ahead (a lease) with SKIP LOCKED, so any number of workers share the work and
none holds a transaction while a receiver thinks; after a worker's death it comes due again. Endpoints take turns, one message
each; what fails puts off all that waits for its endpoint. One that has failed for PATIENCE is switched off, and so is one that
answers 410, or behind which nobody stands any more. The body is made anew at each try from the activity, which never changes.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import translation

from accounts.decisions import Refusal
from accounts.timeline import reading
from accounts.timeline.models import Activity
from accounts.webhooks import addresses, endpoints, queueing, signing
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage

LEASE: Final = timedelta(minutes=10)
AT_ONCE: Final = 20
# The pauses after each failed try; after the last one the message is given up, a good three days after the first try.
PAUSES: Final = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
PATIENCE: Final = timedelta(days=5)
KEPT_FOR: Final = timedelta(days=30)
GONE: Final = 410
AGENT: Final = "Accord-Webhooks/1"

log = structlog.get_logger(__name__)


def send_waiting(*, at: datetime, limit: int = AT_ONCE, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Hand over what is due at `at`, in turns of one message for each endpoint; return how many were taken.

    Every endpoint that has something due comes once in a turn, up to `limit` of them, so that none waits behind the many of
    another; it goes on while `may_go_on` says so. What fails puts off everything that waits for its endpoint.
    """
    taken = 0
    while messages := _claim(at, limit):
        for message in messages:
            taken += _handed_over_or_noted(message, at)
            if not may_go_on():
                _give_back(messages, at)
                return taken
    return taken


def _handed_over_or_noted(message: WebhookMessage, at: datetime) -> bool:
    """Hand one message over; what nobody foresaw counts as a failed try, so that it holds up no other."""
    try:
        return _handed_over(message, at)
    except Exception as fault:
        log.exception("webhook_fault", message=str(message.pk))
        _note(message, at, fault=type(fault).__name__)
        return _put_off(message, at)


def _give_back(claimed: Iterable[WebhookMessage], at: datetime) -> None:
    """Let what was claimed and not tried come due at once."""
    keys = [message.pk for message in claimed]
    WebhookMessage.objects.filter(pk__in=keys, status=WebhookMessage.Status.WAITING, due_at=at + LEASE).update(due_at=at)


def forget_old(*, at: datetime) -> int:
    """Forget messages that were settled KEPT_FOR ago, with their attempts; return how many."""
    old = WebhookMessage.objects.exclude(status=WebhookMessage.Status.WAITING).filter(settled_at__lt=at - KEPT_FOR)
    counts: dict[str, int] = old.delete()[1]
    return counts.get("accounts.WebhookMessage", 0)


def body_of(message: WebhookMessage) -> bytes:
    """Return what an endpoint is told: the kind, the moment it happened and what is known of it, as compact JSON in UTF-8."""
    told = _told(message.activity) if message.activity else {"type": endpoints.TRIAL, "timestamp": message.queued_at, "data": {}}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)
    return text.encode()


def _told(activity: Activity) -> dict[str, Any]:
    with translation.override("en"):
        sentence = reading.describe(activity)
    data = {
        "id": activity.pk,
        "customer": activity.customer.number if activity.customer else "",
        "customer_ref": activity.customer.ref if activity.customer else "",
        "about_kind": activity.about_kind,
        "about_ref": activity.about_ref,
        "sentence": sentence,
        "facts": activity.facts,
    }
    return {"type": activity.kind, "timestamp": activity.at, "data": data}


def _claim(at: datetime, limit: int) -> list[WebhookMessage]:
    with transaction.atomic():
        due = WebhookMessage.objects.filter(status=WebhookMessage.Status.WAITING, due_at__lte=at)
        oldest = due.order_by("endpoint", "due_at", "id").distinct("endpoint").values("pk")
        wanted = due.filter(pk__in=oldest).order_by("due_at", "id")
        keys = [message.pk for message in wanted.select_for_update(skip_locked=True)[:limit]]
        WebhookMessage.objects.filter(pk__in=keys).update(due_at=at + LEASE)
    related = ("endpoint__customer", "endpoint__registered_by", "activity__customer")
    return list(WebhookMessage.objects.filter(pk__in=keys).select_related(*related).order_by("queued_at", "id"))


def _handed_over(message: WebhookMessage, at: datetime) -> bool:
    endpoint = message.endpoint
    if not queueing.stands(endpoint):
        endpoints.disable(endpoint=endpoint, why="Who registered it no longer manages people here.", at=at)
        return False
    if not endpoint.is_told or not _may_be_told(message):
        _settle(message, WebhookMessage.Status.DROPPED, at)
        return True
    return _tried(message, at)


def _may_be_told(message: WebhookMessage) -> bool:
    """Say whether what happened may be told now: the reach may have changed since it was queued."""
    activity = message.activity
    return activity is None or (activity.customer is not None and queueing.may_know(message.endpoint, activity.customer))


def _tried(message: WebhookMessage, at: datetime) -> bool:
    body = body_of(message)
    proof = signing.headers(message=str(message.pk), at=at, body=body, seeds=message.endpoint.seeds(at))
    try:
        answer = addresses.post(message.endpoint.url, body, proof | {"Content-Type": "application/json", "User-Agent": AGENT})
    except (Refusal, OSError) as fault:
        _note(message, at, fault=getattr(fault, "reason", str(fault)))
        return _put_off(message, at)
    _note(message, at, answered=answer.status)
    if answer.took_it:
        _settle(message, WebhookMessage.Status.DELIVERED, at)
        WebhookEndpoint.objects.filter(pk=message.endpoint_id).exclude(failing_since=None).update(failing_since=None)
        return True
    if answer.status == GONE:
        endpoints.disable(endpoint=message.endpoint, why="The address answered that it is gone (410).", at=at)
        return False
    return _put_off(message, at)


def _note(message: WebhookMessage, at: datetime, *, answered: int | None = None, fault: str = "") -> None:
    message.tries += 1
    WebhookAttempt.objects.create(message=message, at=at, answered=answered, fault=fault.replace("\x00", "")[:200])


def _put_off(message: WebhookMessage, at: datetime) -> bool:
    """Try again later or give up; switch off what has failed for long."""
    if message.tries > len(PAUSES):
        _settle(message, WebhookMessage.Status.FAILED, at)
    else:
        _wait(message, at + PAUSES[message.tries - 1])
    endpoint = message.endpoint
    behind = WebhookMessage.objects.filter(endpoint=endpoint, status=WebhookMessage.Status.WAITING, due_at__lte=at + PAUSES[0])
    behind.update(due_at=at + PAUSES[min(message.tries, len(PAUSES)) - 1])
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=at)
    since = WebhookEndpoint.objects.values_list("failing_since", flat=True).get(pk=endpoint.pk)
    if since and at - since >= PATIENCE:
        endpoints.disable(endpoint=endpoint, why=f"Nothing has arrived there since {since:%Y-%m-%d %H:%M} UTC.", at=at)
    return False


def _wait(message: WebhookMessage, until: datetime) -> None:
    open_ones = WebhookMessage.objects.filter(pk=message.pk, status=WebhookMessage.Status.WAITING)
    open_ones.update(due_at=until, tries=message.tries)


def _settle(message: WebhookMessage, status: str, at: datetime) -> None:
    WebhookMessage.objects.filter(pk=message.pk).update(status=status, tries=message.tries, settled_at=at)
