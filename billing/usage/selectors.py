"""Usage as rating needs it, per subscription and metric in the order in which it happened; and by day, for people to read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db.models import Case, Count, DecimalField, F, Max, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Cast

from accounts import reading, ready
from accounts.ready import Fact
from billing.rating.history import Usage
from billing.usage.models import Meter, UsageRecord

Measured = Mapping[str, tuple[Usage, ...]]


def of_subscriptions(keys: Iterable[int]) -> dict[int, Measured]:
    """Return everything measured for these subscriptions, by their key, in one statement."""
    found: dict[int, dict[str, list[Usage]]] = defaultdict(lambda: defaultdict(list))
    for key, meter, how, day, units, amount, events, item in _measured(subscriptions=list(keys)):
        found[key][meter].append(Usage(day, units, amount, events, item, how))
    return {key: {meter: tuple(uses) for meter, uses in measured.items()} for key, measured in found.items()}


def by_day(subscription: Any) -> QuerySet[Any, dict[str, Any]]:
    """Return what was measured of a subscription, a row for each day and meter that has any; chain the order.

    A row has `day`, the meter's `code`, `how` it aggregates, what was `used` that day by that, how many `measurements` and
    when the latest came in (`told_at`).
    """
    how, number = Meter.Aggregation, DecimalField(max_digits=34, decimal_places=10)
    that_day = UsageRecord.objects.filter(subscription=subscription, day=OuterRef("day"), meter=OuterRef("meter"))
    last = Subquery(that_day.order_by("-used_at", "-pk").values("units")[:1])
    used = Case(
        When(how=how.COUNT, then=Cast(Sum("events"), number)), When(how=how.MAX, then=Max("units")),
        When(how=how.UNIQUE, then=Cast(Count("item", distinct=True), number)), When(how=how.LAST, then=last),
        default=Sum("units"), output_field=number,
    )  # fmt: skip
    rows = UsageRecord.objects.filter(subscription=subscription).order_by()
    grouped = rows.values("day", "meter", code=F("meter__code"), how=F("meter__aggregation"))
    rows_of_days = grouped.annotate(used=used, measurements=Count("pk"), told_at=Max("recorded_at"))
    return cast(QuerySet[Any, dict[str, Any]], rows_of_days)


def in_words(how: str) -> str:
    """Return how a meter makes one number of its measurements, in the reader's language."""
    return str(Meter.Aggregation(how).label)


@ready.statement
def _measured(subscriptions: Fact) -> QuerySet[UsageRecord, tuple[Any, ...]]:
    records = UsageRecord.objects.filter(reading.among("subscription_id", subscriptions)).order_by("used_at", "pk")
    return records.values_list("subscription_id", "meter__code", "meter__aggregation", "day", "units", "amount", "events", "item")
