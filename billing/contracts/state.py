"""State: how a subscription stands on a day: plan, quantity, what a full period costs, what comes next.

Days are local to the contract. Any number of subscriptions takes the same few statements.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from accounts import reading, ready
from accounts.decisions import Refusal
from accounts.ready import Fact
from billing import money
from billing.catalog import charges
from billing.catalog.models import Plan, PlanVersion
from billing.contracts import events, histories
from billing.contracts.events import ScheduledChange
from billing.contracts.models import ContractEvent, Subscription
from billing.money import Money
from billing.periods import Period
from billing.rating import service
from billing.rating.history import History
from billing.rating.segments import TRIAL, Segment, Service

ACTIVE, PAUSED, CANCELLED, FUTURE = "active", "paused", "cancelled", "future"
STATUSES: Final = (FUTURE, ACTIVE, PAUSED, CANCELLED)


@dataclass(frozen=True)
class Standing:
    """How a history stands on a day, without the database: the segment in force (the nearest one before start or after end)."""

    segment: Segment
    status: str
    per_period: Money
    cycle: Period | None
    ends_on: date | None


@dataclass(frozen=True)
class State:
    """How a subscription stands on a day. `per_period` is one full cycle's price, net; `cycle` is none outside service."""

    plan: Plan
    plan_version: PlanVersion
    quantity: int
    status: str
    per_period: Money
    cycle: Period | None
    next_change: ScheduledChange | None
    on_trial: bool
    ends_on: date | None


@dataclass(frozen=True)
class Records:
    """What is stored of subscriptions, by their key: the histories that rating reads, and the events with who recorded them."""

    histories: Mapping[int, History]
    events: Mapping[int, list[ContractEvent]]


class NeverRan(Refusal):
    """The subscription was cancelled before its first day, so no terms were ever in force."""

    code = "never_ran"


def as_of(subscription: Subscription, on: date) -> State:
    """Return how `subscription` stands on the day `on`."""
    return states_of([subscription], on)[subscription.pk]


def records_of(subscriptions: Iterable[Subscription]) -> Records:
    """Return what is stored of many subscriptions, in a constant number of statements."""
    wanted = list(subscriptions)
    prefetch_related_objects(wanted, "product")  # of those that came without
    known = {subscription.pk: subscription for subscription in wanted}
    events = _events_of(subscriptions=[*known])
    stored: dict[int, list[ContractEvent]] = {key: [] for key in known}
    for event in events:
        event.subscription = known[event.subscription_id]
        stored[event.subscription_id].append(event)
    return Records(histories.histories_of(wanted, stored=events), stored)


@ready.statement
def _events_of(subscriptions: Fact) -> QuerySet[ContractEvent]:
    related = ("plan_version__plan", "recorded_by", "undone_by")
    return ContractEvent.objects.filter(reading.among("subscription_id", subscriptions)).select_related(*related)


def states_of(subscriptions: Iterable[Subscription], on: date) -> dict[int, State]:
    """Return how many subscriptions stand on the day `on`, by their key, in a constant number of statements."""
    return states_in(records_of(subscriptions), on)


def states_in(records: Records, on: date) -> dict[int, State]:
    """Return how the subscriptions of `records` stand on the day `on`, by their key, without asking the database."""
    return {pk: _state(history, records.events[pk], on) for pk, history in records.histories.items()}


def standing(history: History, on: date) -> Standing:
    """Return how a history, stored or proposed, stands on the day `on`.

    Raises:
        NeverRan: it was cancelled before its first day.
    """
    life = service.read(history)
    if not life.segments:
        raise NeverRan(_("{subscription} was cancelled before its first day.").format(subscription=history.subscription))
    segment = _segment(life, on)
    running = segment.since <= on and (segment.until is None or on < segment.until)
    status = FUTURE if on < segment.since else CANCELLED if not running else PAUSED if segment.paused else ACTIVE
    return Standing(
        segment=segment,
        status=status,
        per_period=per_period(segment, history.currency),
        cycle=_cycle(life, segment, on) if running else None,
        ends_on=life.end,
    )


def per_period(segment: Segment, currency: str) -> Money:
    """Return what one full cycle costs under the terms of `segment`, net: its recurring charges, each rounded as it is billed."""
    price = Money.zero(currency)
    for charge in segment.plan.charges:
        if charge.kind == "recurring":
            exact = segment.terms_in_force(charge).price(charges.Quantity(units=Decimal(segment.quantity)))
            price += money.rounded_major(exact.amount, currency)
    return price


def _segment(life: Service, on: date) -> Segment:
    begun = [segment for segment in life.segments if segment.since <= on]
    return begun[-1] if begun else life.segments[0]


def _cycle(life: Service, segment: Segment, on: date) -> Period | None:
    charge = segment.plan.main
    if charge is None:
        return None
    if on < life.billing_start:
        return Period(life.segments[0].since, life.billing_start)
    return life.calendar(charge.interval).cycle_containing(on)


def _state(history: History, stored: list[ContractEvent], on: date) -> State:
    try:
        found = standing(history, on)
    except NeverRan:
        return _never_ran(history, stored)
    versions = {_key(event.plan_version): event.plan_version for event in stored if event.plan_version}
    version = versions[found.segment.plan.key]
    coming = events.scheduled_in(history, stored, on)
    return State(
        plan=version.plan,
        plan_version=version,
        quantity=found.segment.quantity,
        status=found.status,
        per_period=found.per_period,
        cycle=found.cycle,
        next_change=coming[0] if coming else None,
        on_trial=found.segment.phase == TRIAL and found.status == ACTIVE,
        ends_on=found.ends_on,
    )


def _never_ran(history: History, stored: list[ContractEvent]) -> State:
    """Describe a subscription that was cancelled before its first day: the plan it would have run on, and nothing to pay."""
    start = min(stored, key=lambda event: event.sequence)
    version = next(event.plan_version for event in stored if event.plan_version)
    return State(
        plan=version.plan,
        plan_version=version,
        quantity=start.quantity or 0,
        status=CANCELLED,
        per_period=Money.zero(history.currency),
        cycle=None,
        next_change=None,
        on_trial=False,
        ends_on=start.effective_on,
    )


def _key(version: PlanVersion) -> str:
    return f"{version.plan.code}@{version.number}"
