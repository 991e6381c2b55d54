"""Asking the timeline: what happened of one topic, by one person, in a period, at a customer or below it; and how often.

A *topic* is a group of kinds under one word. Lists and counts start from the same rows, so a count is always that of its list.
Days are UTC, half-open: `since` counts, `until` does not.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from accounts.timeline import reading
from accounts.timeline.models import ActivityQuerySet

# How the kinds of a topic begin.
TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "tickets": (
        "support.ticket", "support.message", "support.note", "support.decline", "support.conflict", "support.promise",
        "support.call", "support.chat",
    ),
    "remedies": ("support.remedy", "finance."),
    "voice": ("support.praise", "support.survey", "support.satisfaction", "support.thanks", "support.feedback"),
    "invoices": ("billing.invoice", "billing.credit_note", "billing.written_off", "billing.dunning", "billing.dispute"),
    "payments": (
        "billing.payment_started", "billing.payment_succeeded", "billing.payment_declined", "billing.payment_unknown",
        "billing.payment_received", "billing.payment_undone", "billing.payment_charged_back", "billing.charge_back",
        "billing.refund", "billing.debit", "billing.mandate", "billing.transfer", "billing.bank",
    ),
    "contracts": (
        "billing.contract", "billing.change", "billing.coupon", "billing.order", "billing.plan", "billing.bulk", "billing.terms",
        "billing.renewal", "billing.extension",
    ),
    "people": (
        "accounts.member", "accounts.writer", "accounts.order_limit", "accounts.api_key", "accounts.webhook", "accounts.viewed",
        "accounts.signed",
    ),
    "details": (
        "accounts.customer", "accounts.change", "accounts.details", "accounts.merge", "accounts.responsible", "accounts.hand",
        "accounts.address", "accounts.split", "accounts.relat",
    ),
}  # fmt: skip

LATEST: Final = 500


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is left empty does not narrow."""

    topic: str = ""
    person: int | None = None
    since: date | None = None
    until: date | None = None
    subtree: bool = True


def matching(customer: Any, wanted: Wanted, *, viewer: AbstractBaseUser) -> ActivityQuerySet:
    """Return what happened to `customer` as asked for, as far as `viewer` may know, newest first."""
    return _rows(customer, wanted, viewer).latest_first().select_related("customer", "actor")


def lately_by(customer: Any, *, viewer: AbstractBaseUser) -> set[int]:
    """Return the keys of those who did the latest things at a customer and below it, as far as `viewer` may know."""
    latest = _rows(customer, Wanted(), viewer).latest_first().values_list("actor_id", flat=True)[:LATEST]
    return {actor for actor in latest if actor}


def by_month(customer: Any, wanted: Wanted, *, viewer: AbstractBaseUser) -> list[tuple[date, int]]:
    """Return how much of it happened in each month in which something did, newest first."""
    months = _rows(customer, wanted, viewer).annotate(month=TruncMonth("at", tzinfo=UTC)).values("month")
    return [(row["month"].date(), row["count"]) for row in months.annotate(count=Count("pk")).order_by("-month")]


def _rows(customer: Any, wanted: Wanted, viewer: AbstractBaseUser) -> ActivityQuerySet:
    rows = reading.visible_to(viewer)
    if wanted.subtree:
        rows = rows.filter(customer__in=type(customer)._default_manager.below(customer))
    else:
        rows = rows.filter(customer_id=customer.pk)
    if wanted.person is not None:
        rows = rows.filter(actor_id=wanted.person)
    if wanted.since:
        rows = rows.filter(at__gte=_start_of(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=_start_of(wanted.until))
    return rows.filter(of_topic(wanted.topic)) if wanted.topic else rows


def of_topic(topic: str) -> Q:
    """Return the condition that activities of a topic meet; of one that there is not, none does."""
    found = Q(pk__in=[])
    for beginning in TOPICS.get(topic, ()):
        found |= Q(kind__startswith=beginning)
    return found


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
