"""How many usage events a second the batch use case keeps, beside the same rows by COPY into a table of the same shape.

Batches of 5,000, as the API takes them, over 1,000 subscriptions; then every batch once more, all of it known.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Final

from django.db import connection, transaction

from benchmarks import billing_run, quote
from benchmarks.billing_run import PREFIX
from benchmarks.figures import Figure, timed
from billing.contracts.models import Subscription
from billing.usage import recording
from billing.usage.recording import Measurement

BATCH: Final = 5_000
SUBSCRIPTIONS: Final = 1_000
TABLE: Final = "billing_usagerecord"
COLUMNS: Final = "subscription_id, meter_id, key, day, used_at, units, amount, events, item, recorded_at"


def measure(size: int | None) -> list[Figure]:
    """Keep `size` events (50,000), then the same ones again."""
    count = size or 50_000
    at = quote.AT + timedelta(days=20)
    with transaction.atomic():
        billing_run._world(SUBSCRIPTIONS)
        recording.define_meter(code="bench-calls")
        batches = _batches(count)
        fresh = timed(lambda: [recording.record(batch, at=at) for batch in batches])
        again = timed(lambda: [recording.record(batch, at=at) for batch in batches])
        floor = _floor()
        transaction.set_rollback(True)
    return [
        Figure("events kept a second", count / fresh, "events/s", count / floor),
        Figure("events known already, a second", count / again, "events/s"),
    ]


def _batches(count: int) -> list[list[Measurement]]:
    refs = list(Subscription.objects.filter(customer__ref__startswith=PREFIX).order_by("pk").values_list("ref", flat=True))
    used = [
        Measurement(
            refs[number % len(refs)], "bench-calls", f"event-{number}", quote.AT + timedelta(days=1, seconds=number),
            units=Decimal(number % 97),
        )
        for number in range(count)
    ]  # fmt: skip
    return [used[start : start + BATCH] for start in range(0, count, BATCH)]


def _floor() -> float:
    """Return the seconds in which COPY writes the rows just kept into a table with the same columns and indexes."""
    text = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {COLUMNS} FROM {TABLE} WHERE key LIKE 'event-%') TO STDOUT", text)
        cursor.execute(f"CREATE TEMP TABLE usage_floor (LIKE {TABLE} INCLUDING ALL)")
        text.seek(0)
        copy: Callable[[], None] = lambda: cursor.copy_expert(f"COPY usage_floor ({COLUMNS}) FROM STDIN", text)  # noqa: E731
        return timed(copy)
