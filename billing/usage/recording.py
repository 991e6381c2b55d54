"""Recording usage: many measurements at once, each counted once by its key.

A record that arrives after its day is over has the next run look at its subscription again, so that what was used late is
billed once, as a true-up of the days billed already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.apps import apps
from django.db import connection, transaction

from accounts.decisions import Refusal
from billing import money
from billing.catalog.models import Charge
from billing.periods import local_day
from billing.usage.models import Meter, UsageRecord


@dataclass(frozen=True)
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
    """How many measurements were new, and how many had been recorded before."""

    added: int
    known: int


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


def define_meter(*, code: str, aggregation: str = Meter.Aggregation.SUM) -> Meter:
    """Return the meter with this code, made when missing; how it aggregates is kept once it exists."""
    return Meter.objects.get_or_create(code=code, defaults={"aggregation": Meter.Aggregation(aggregation)})[0]


def record(measurements: Iterable[Measurement], *, at: datetime) -> Recorded:
    """Keep these measurements, all or none; one whose key is known for its subscription is not counted again.

    Raises:
        UnknownMeter, UnknownSubscription, BadMeasurement, UsedInTheFuture: one of them cannot be kept.
    """
    given = list(measurements)
    meters = {meter.code: meter.pk for meter in Meter.objects.filter(code__in={m.metric for m in given})}
    known = _subscriptions({m.subscription for m in given})
    rows = [_row(m, meters, known, at) for m in given]
    with transaction.atomic():
        before = _highest()
        UsageRecord.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
        added = _added_after(before, at, sorted({row.subscription_id for row in rows}))
        _look_again(rows, known, at)
    return Recorded(added, len(given) - added)


def _subscriptions(refs: set[str]) -> dict[str, tuple[int, str]]:
    model = apps.get_model("billing", "Subscription")
    found = model.objects.filter(ref__in=refs).values_list("ref", "pk", "contract__timezone")
    return {ref: (key, zone) for ref, key, zone in found}


def _row(given: Measurement, meters: dict[str, int], known: dict[str, tuple[int, str]], at: datetime) -> UsageRecord:
    if given.metric not in meters:
        raise UnknownMeter(f"{given.metric!r} is not measured.")
    if given.subscription not in known:
        raise UnknownSubscription(f"{given.subscription!r} is not a subscription.")
    if not given.key or len(given.key) > 80 or given.events < 1:
        raise BadMeasurement("A measurement has a key of at most 80 signs and counts one event or more.")
    if given.used_at > at:
        raise UsedInTheFuture(f"{given.key} was used at {given.used_at}, which is still to come.")
    subscription, zone = known[given.subscription]
    return UsageRecord(
        subscription_id=subscription, meter_id=meters[given.metric], key=given.key, day=local_day(given.used_at, zone),
        used_at=given.used_at, units=money.exact_decimal(given.units), events=given.events, item=given.item[:80],
        amount=None if given.amount is None else money.exact_decimal(given.amount), recorded_at=at,
    )  # fmt: skip


def _highest() -> int:
    return UsageRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _added_after(before: int, at: datetime, keys: Sequence[int]) -> int:
    return UsageRecord.objects.filter(pk__gt=before, subscription__in=keys, recorded_at=at).count()


def _look_again(rows: list[UsageRecord], known: dict[str, tuple[int, str]], at: datetime) -> None:
    """Have the next run look at every subscription whose records came after their day, or are billed on it."""
    today = {key: local_day(at, zone) for key, zone in known.values()}
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
            [list(late), [day.isoformat() for day in late.values()]],
        )


def _billed_as_used(meters: set[int]) -> set[int]:
    """Return those of these meters by which some plan bills on the day of use."""
    billed = Charge.objects.filter(kind=Charge.Kind.USAGE, billing=Charge.Billing.IN_ADVANCE).values("metric")
    return set(Meter.objects.filter(pk__in=meters, code__in=billed).values_list("pk", flat=True))
