"""Usage as rating needs it: per subscription and metric, in the order in which it happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from accounts import reading
from billing.rating.history import Usage
from billing.usage.models import UsageRecord

Measured = Mapping[str, tuple[Usage, ...]]


def of_subscriptions(keys: Iterable[int]) -> dict[int, Measured]:
    """Return everything measured for these subscriptions, by their key, in one statement."""
    found: dict[int, dict[str, list[Usage]]] = defaultdict(lambda: defaultdict(list))
    records = UsageRecord.objects.filter(reading.among("subscription_id", keys)).order_by("used_at", "pk")
    for key, meter, how, day, units, amount, events, item in records.values_list(
        "subscription_id", "meter__code", "meter__aggregation", "day", "units", "amount", "events", "item"
    ):
        found[key][meter].append(Usage(day, units, amount, events, item, how))
    return {key: {meter: tuple(uses) for meter, uses in measured.items()} for key, measured in found.items()}
