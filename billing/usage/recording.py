"""Recording usage: many measurements at once, each counted once by its key.

A record that arrives after its day is over has the next run look at its subscription again, so that what was used late is
billed once, as a true-up of the days billed already.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Refusal
from billing import money
from billing.catalog.models import Charge
from billing.usage.models import Meter, UsageRecord

AT_ONCE: Final = 5_000
LONGEST_KEY: Final = 80
OPEN_FOR: Final = timedelta(days=366)  # usage that is told later than this is not billed any more
_TOLD: Final = ("meter__code", "used_at", "units", "amount", "events", "item")
INSERT: Final = """
    INSERT INTO billing_usagerecord
    (subscription_id, meter_id, key, day, used_at, units, amount, events, item, recorded_at)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::timestamptz[], %s::numeric[], %s::numeric[],
                         %s::integer[], %s::text[], %s::timestamptz[])
    ON CONFLICT (subscription_id, key) DO NOTHING RETURNING subscription_id"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was used: by which subscription (its ref), when, how much; `key` is the sender's own id of the event."""

    subscription: str
    metric: str
    key: str
    used_at: datetime
    units: Decimal = Decimal(0)
    amount: Decimal | None = None
    events: int = 1
    item: str = ""


@dataclass(frozen=True)
class Recorded:
    """How many measurements were new, and how many had been recorded before; the new ones of each subscription, by its key."""

    added: int
    known: int
    of_subscription: Mapping[int, int] = field(default_factory=dict, compare=False)


class UnknownMeter(Refusal):
    """Nothing of that name is measured."""

    code = "unknown_meter"


class UnknownSubscription(Refusal):
    """There is no such subscription."""

    code = "unknown_subscription"


class BadMeasurement(Refusal):
    """The measurement has no key, no event, or a number that cannot be kept."""

    code = "bad_measurement"


class UsedInTheFuture(Refusal):
    """Nothing is recorded before it was used."""

    code = "used_in_the_future"


class NotYetServed(Refusal):
    """Nothing is used before the subscription begins."""

    code = "not_yet_served"


class KeySaysOtherwise(Refusal):
    """An earlier measurement has this key and says something else."""

    code = "key_says_otherwise"


class PeriodClosed(Refusal):
    """It was used so long ago that its period is closed."""

    code = "period_closed"


def define_meter(*, code: str, aggregation: str = Meter.Aggregation.SUM) -> Meter:
    """Return the meter with this code, made when missing; how it aggregates is kept once it exists."""
    return Meter.objects.get_or_create(code=code, defaults={"aggregation": Meter.Aggregation(aggregation)})[0]


def record(measurements: Iterable[Measurement], *, at: datetime) -> Recorded:
    """Keep these measurements, all or none; one told again in the same words is not counted again.

    Raises:
        UnknownMeter, UnknownSubscription, BadMeasurement, UsedInTheFuture, PeriodClosed, NotYetServed: one cannot be kept.
        KeySaysOtherwise: one has the key of another, kept before or among these, and says something else.
    """
    given = list(measurements)
    known = _Known(given, at)
    rows = [known.row(measurement) for measurement in given]
    added: Counter[int] = Counter()
    with transaction.atomic():
        for start in range(0, len(rows), AT_ONCE):
            added.update(_insert(rows[start : start + AT_ONCE]))
        if added.total() < len(given):
            _none_says_otherwise(given)
        _look_again(rows, known)
    return Recorded(added.total(), len(given) - added.total(), added)


def faults(measurements: Iterable[Measurement], *, at: datetime) -> dict[int, str]:
    """Return why some of these could not be kept, by their place in the order given, from 0; nothing is kept."""
    given, found = list(measurements), {}
    known = _Known(given, at)
    for place, measurement in enumerate(given):
        try:
            known.row(measurement)
        except Refusal as refusal:
            found[place] = refusal.reason
    return found


def told_otherwise(measurements: Iterable[Measurement]) -> dict[int, str]:
    """Return what has the key of an earlier measurement, kept or among these, and says something else, by its place from 0.

    Kept as it is, it would not count: what a key says once stays.
    """
    given = list(measurements)
    kept = UsageRecord.objects.filter(
        subscription__ref__in={one.subscription for one in given}, key__in={one.key for one in given}
    )
    first = {(ref, key): told for ref, key, *told in kept.values_list("subscription__ref", "key", *_TOLD)}
    return {
        place: _("The key {key} says something else already.").format(key=one.key)
        for place, one in enumerate(given)
        if first.setdefault((one.subscription, one.key), told := _told(one)) != told
    }


def _none_says_otherwise(given: list[Measurement]) -> None:
    if reason := next(iter(told_otherwise(given).values()), ""):
        raise KeySaysOtherwise(reason)


def _told(one: Measurement) -> list[object]:
    return [one.metric, one.used_at, one.units, one.amount, one.events, one.item[:80]]


class _Row(NamedTuple):
    """A measurement as it is kept; the names are the columns."""

    subscription_id: int
    meter_id: int
    key: str
    day: date
    used_at: datetime
    units: Decimal
    amount: Decimal | None
    events: int
    item: str
    recorded_at: datetime


@dataclass(frozen=True)
class _Served:
    """A subscription that can be measured: its key, its zone, its first day and the day it is there now."""

    key: int
    zone: ZoneInfo
    starts_on: date
    today: date


class _Known:
    """The meters and subscriptions that some measurements name, and what can be kept of them at a moment."""

    def __init__(self, given: Iterable[Measurement], at: datetime) -> None:
        self.at = at
        self.meters = dict(Meter.objects.filter(code__in={m.metric for m in given}).values_list("code", "pk"))
        self.served = _subscriptions({m.subscription for m in given}, at)

    def row(self, given: Measurement) -> _Row:
        """Return a measurement as it is kept.

        Raises:
            Refusal: it cannot be, see `record`.
        """
        meter, served = self.meters.get(given.metric), self.served.get(given.subscription)
        if meter is None:
            raise UnknownMeter(_("{metric!r} is not measured.").format(metric=given.metric))
        if served is None:
            raise UnknownSubscription(_("{subscription!r} is not a subscription.").format(subscription=given.subscription))
        if not given.key or len(given.key) > LONGEST_KEY or given.events < 1:
            raise BadMeasurement(_("A measurement has a key of at most 80 signs and counts one event or more."))
        return _Row(
            served.key, meter, given.key, self._day(given, served), given.used_at, money.exact_decimal(given.units),
            None if given.amount is None else money.exact_decimal(given.amount), given.events, given.item[:80], self.at,
        )  # fmt: skip

    def _day(self, given: Measurement, served: _Served) -> date:
        if given.used_at.tzinfo is None:
            raise BadMeasurement(_("{key} does not say in which time zone it was used.").format(key=given.key))
        if given.used_at > self.at:
            raise UsedInTheFuture(
                _("{key} was used at {used_at}, which is still to come.").format(key=given.key, used_at=given.used_at)
            )
        day = given.used_at.astimezone(served.zone).date()
        if day < served.starts_on:
            raise NotYetServed(
                _("{key} was used on {day}, before {subscription} began on {starts_on}.").format(
                    key=given.key, day=day, subscription=given.subscription, starts_on=served.starts_on
                )
            )
        if served.today - day > OPEN_FOR:
            raise PeriodClosed(
                _("{key} was used on {day}; what is older than {days} days is closed.").format(
                    key=given.key, day=day, days=OPEN_FOR.days
                )
            )
        return day


def _subscriptions(refs: set[str], at: datetime) -> dict[str, _Served]:
    model = apps.get_model("billing", "Subscription")
    found = model.objects.filter(ref__in=refs, events__what="subscribe")
    named = found.values_list("ref", "pk", "contract__timezone", "events__effective_on")
    zones = {zone: (ZoneInfo(zone), local_day(at, zone)) for _subscription, _meter, zone, _day in named}
    return {ref: _Served(key, zones[zone][0], starts_on, zones[zone][1]) for ref, key, zone, starts_on in named}


def _insert(rows: Sequence[_Row]) -> list[int]:
    """Add the rows whose keys are new, in one statement, and return of which subscription each of these is."""
    columns = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [list(column) for column in columns])
        return [subscription for (subscription,) in cursor.fetchall()]


def _look_again(rows: Sequence[_Row], known: _Known) -> None:
    """Have the next run look at every subscription whose records came after their day, or are billed on it."""
    today = {served.key: served.today for served in known.served.values()}
    at_once = _billed_as_used({row.meter_id for row in rows})
    late = {
        row.subscription_id: today[row.subscription_id]
        for row in rows
        if row.day < today[row.subscription_id] or row.meter_id in at_once
    }
    if not late:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_subscription s SET next_due_on = LEAST(s.next_due_on, late.day)"
            " FROM unnest(%s::bigint[], %s::date[]) AS late(id, day) WHERE s.id = late.id",
            [list(late), list(late.values())],
        )


def _billed_as_used(meters: set[int]) -> set[int]:
    """Return those of these meters by which some plan bills on the day of use."""
    billed = Charge.objects.filter(kind=Charge.Kind.USAGE, billing=Charge.Billing.IN_ADVANCE).values("metric")
    return set(Meter.objects.filter(pk__in=meters, code__in=billed).values_list("pk", flat=True))
