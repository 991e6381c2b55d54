"""Usage as rating needs it: per subscription and metric, in the order in which it happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from accounts import reading, ready
from accounts.ready import Fact
from billing.rating.history import Usage
from billing.usage.models import UsageRecord

Measured = Mapping[str, tuple[Usage, ...]]


def of_subscriptions(keys: Iterable[int]) -> dict[int, Measured]:
    """Return everything measured for these subscriptions, by their key, in one statement."""
    found: dict[int, dict[str, list[Usage]]] = defaultdict(lambda: defaultdict(list))
    for key, meter, how, day, units, amount, events, item in _measured(subscriptions=list(keys)):
        found[key][meter].append(Usage(day, units, amount, events, item, how))
    return {key: {meter: tuple(uses) for meter, uses in measured.items()} for key, measured in found.items()}


@ready.statement
def _measured(subscriptions: Fact) -> QuerySet[UsageRecord, tuple[Any, ...]]:
    records = UsageRecord.objects.filter(reading.among("subscription_id", subscriptions)).order_by("used_at", "pk")
    return records.values_list("subscription_id", "meter__code", "meter__aggregation", "day", "units", "amount", "events", "item")
