"""Upcoming: what the next invoices of customers will say, by the same planning as the run.

Nothing is written. A preview holds as long as nothing changes: seats, plans and usage until that day still move it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from billing.contracts import histories
from billing.contracts.models import Subscription
from billing.invoices import drafting
from billing.invoices.drafting import PlannedDocument

MOST_PLANNED: Final = 200


@dataclass(frozen=True)
class Upcoming:
    """The next day on which something falls due, and what would be issued then.

    `is_planned` is False when too many subscriptions fall due to plan them while somebody waits; then only the day is known.
    """

    on: date
    documents: tuple[PlannedDocument, ...]
    subscriptions: int

    @property
    def is_planned(self) -> bool:
        """Whether `documents` is the whole answer."""
        return self.subscriptions <= MOST_PLANNED

    @property
    def totals(self) -> dict[str, int]:
        """What would be to pay, per currency, tax included; below zero what would be given back."""
        sums: dict[str, int] = {}
        for document in self.documents:
            sums[document.currency] = sums.get(document.currency, 0) + document.total_minor
        return sums


def next_for(customers: Iterable[Customer], *, today: date) -> Upcoming | None:
    """Return what `customers` will be billed next, today or later, whoever pays for it; None when nothing will be.

    A constant number of statements, however many subscriptions fall due.
    """
    on = next_day(customers, today=today)
    if on is None:
        return None
    running = Subscription.objects.filter(customer__in=customers, next_due_on__isnull=False)
    due = running.filter(next_due_on__lte=on).select_related("contract__legal_entity", "customer", "product").order_by("pk")
    found = list(due[: MOST_PLANNED + 1])
    return Upcoming(on, _planned(found, on) if len(found) <= MOST_PLANNED else (), len(found))


def next_day(customers: Iterable[Customer], *, today: date) -> date | None:
    """Return the next day, today or later, on which something falls due for `customers`; one statement."""
    return soonest(due_days(customers)[:1], today=today)


def due_days(customers: Iterable[Customer]) -> QuerySet[Subscription, date | None]:
    """Return the days on which something falls due for `customers`, the soonest first."""
    running = Subscription.objects.filter(customer__in=customers, next_due_on__isnull=False)
    return running.order_by("next_due_on").values_list("next_due_on", flat=True)


def soonest(days: Iterable[date | None], *, today: date) -> date | None:
    """Return the first of `days`, or today when it is past; None when there is none."""
    first = next(iter(days), None)
    return max(first, today) if first else None


def _planned(subscriptions: list[Subscription], on: date) -> tuple[PlannedDocument, ...]:
    known = histories.histories_of(subscriptions)
    payers = responsibilities.payers_of({subscription.customer for subscription in subscriptions}, on)
    return drafting.draft({s: known[s.pk] for s in subscriptions}, payers=payers, up_to=on).documents
