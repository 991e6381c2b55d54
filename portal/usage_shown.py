"""Usage as the portal shows it: per metered charge and cycle, against what is included, with what it costs so far."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.catalog.models import Charge
from billing.contracts import histories
from billing.contracts.models import Subscription
from billing.periods import last_day
from billing.rating import metered
from billing.rating.history import History
from billing.rating.metered import Metered
from billing.usage.models import UsageRecord
from window import price_words

CYCLES: Final = 3
FULL: Final = 100  # per cent
COLUMNS: Final = (
    "subscription",
    "customer",
    "metric",
    "event",
    "used_at",
    "day",
    "units",
    "amount",
    "events",
    "item",
    "recorded_at",
)


@dataclass(frozen=True)
class Cycle:
    """A metered charge in one cycle."""

    metered: Metered
    name: str
    is_running: bool

    @property
    def terms(self) -> str:
        """How it is priced, in the reader's words."""
        return price_words.explained(self.metered.terms)

    @property
    def last_day(self) -> date:
        """The last day of the cycle."""
        return last_day(self.metered.until)

    @property
    def share(self) -> int | None:
        """How much of what is included is used, in whole per cent, at most all of it; nothing where nothing is included."""
        included = self.metered.included
        return min(int(self.metered.used * FULL / included), FULL) if included else None

    @property
    def used(self) -> Decimal:
        """What was used, with no more places than it has."""
        return _plain(self.metered.used)

    @property
    def above(self) -> Decimal:
        """What was used beyond what is included, with no more places than it has."""
        return _plain(self.metered.above)


@dataclass(frozen=True)
class Used:
    """A subscription with what its meters say."""

    subscription: Subscription
    cycles: list[Cycle]


def metered_within(customers: QuerySet[Customer]) -> QuerySet[Subscription]:
    """Return the subscriptions of these customers that have a metered charge."""
    priced = Charge.objects.filter(kind="usage").values("plan_version")
    found = Subscription.objects.filter(customer__in=customers, events__plan_version__in=priced)
    return found.select_related("product", "customer", "contract").distinct()


def of(subscriptions: Iterable[Subscription], *, today: date) -> list[Used]:
    """Return the running cycle and the ones before it, in a constant number of statements."""
    wanted = list(subscriptions)
    known = histories.histories_of(wanted)
    read = {one.pk: _read(known[one.pk], today) for one in wanted}
    names = _names({metered.plan for found in read.values() for metered in found})
    return [Used(one, [_cycle(found, names, today) for found in read[one.pk]]) for one in wanted]


def _read(history: History, today: date) -> list[Metered]:
    try:
        return metered.of(history, today=today, cycles=CYCLES)
    except Refusal:
        return []


def _cycle(found: Metered, names: dict[tuple[str, int, str], str], today: date) -> Cycle:
    name = names.get((found.plan, found.version, found.charge_code), found.metric)
    return Cycle(found, name, found.is_running(today))


def _plain(number: Decimal) -> Decimal:
    """Return the same number without the noughts that a column of ten places leaves at its end."""
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def _names(plans: set[str]) -> dict[tuple[str, int, str], str]:
    priced = Charge.objects.filter(plan_version__plan__code__in=plans, kind="usage")
    rows = priced.values_list("plan_version__plan__code", "plan_version__number", "code", "name")
    return {(plan, number, code): name for plan, number, code, name in rows}


def sheet(subscription: Subscription, *, since: date | None, until: date | None) -> Iterator[tuple[Any, ...]]:
    """Yield the measurements of a subscription as they came, those of the days from `since` up to, not including, `until`."""
    yield COLUMNS
    records = UsageRecord.objects.filter(subscription=subscription).select_related("meter").order_by("used_at", "pk")
    if since:
        records = records.filter(day__gte=since)
    if until:
        records = records.filter(day__lt=until)
    for record in records.iterator(chunk_size=2_000):
        yield (
            subscription.ref, subscription.customer.number, record.meter.code, record.key, record.used_at.isoformat(), record.day,
            record.units, record.amount, record.events, record.item, record.recorded_at.isoformat(),
        )  # fmt: skip
