"""Usage is kept once by its key, all of a batch or nothing, and what cannot be kept is refused by name."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.usage import recording
from billing.usage.models import UsageRecord
from billing.usage.recording import Measurement, Recorded
from tests.factories import billing, customers

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
USED = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)


@pytest.fixture
def used():
    recording.define_meter(code="calls")
    subscription = billing.subscribed(customers.group("Berlin"))
    return Measurement(subscription.ref, "calls", "event-1", USED, units=Decimal(3))


def test_event_is_kept_once_however_often_it_is_told(used):
    first = recording.record([used, replace(used, key="event-2"), used], at=AT)
    again = recording.record([used], at=AT)

    assert (first, again) == (Recorded(2, 1), Recorded(0, 1))
    assert list(UsageRecord.objects.order_by("key").values_list("key", "units")) == [("event-1", 3), ("event-2", 3)]


def test_key_that_says_something_else_is_refused_and_its_batch_with_it(used):
    recording.record([used], at=AT)

    for batch in (
        [replace(used, key="new"), replace(used, units=Decimal(9))],
        [replace(used, key="x", events=n) for n in (1, 2)],
    ):
        with pytest.raises(recording.KeySaysOtherwise, match=f"The key {batch[1].key} says something else already."):
            recording.record(batch, at=AT)

    assert list(UsageRecord.objects.values_list("key", "units")) == [("event-1", 3)]


def test_event_counts_on_the_day_of_its_contract(used):
    recording.record([used], at=AT)

    assert UsageRecord.objects.get().day == date(2026, 3, 10)


def test_five_thousand_events_take_as_many_statements_as_one(used):
    with CaptureQueriesContext(connection) as one:
        recording.record([used], at=AT)
    with CaptureQueriesContext(connection) as many:
        recording.record([replace(used, key=f"more-{number}") for number in range(2_000)], at=AT)

    assert len(many) == len(one)


REFUSED = [
    ({"metric": "miles"}, recording.UnknownMeter),
    ({"subscription": "S-0"}, recording.UnknownSubscription),
    ({"key": ""}, recording.BadMeasurement),
    ({"key": "x" * 81}, recording.BadMeasurement),
    ({"events": 0}, recording.BadMeasurement),
    ({"used_at": USED.replace(tzinfo=None)}, recording.BadMeasurement),
    ({"used_at": AT + timedelta(seconds=1)}, recording.UsedInTheFuture),
    ({"used_at": datetime(2025, 12, 30, tzinfo=UTC)}, recording.NotYetServed),
]


@pytest.mark.parametrize(("changed", "refusal"), REFUSED)
def test_event_that_cannot_be_kept_is_refused_by_name_and_its_batch_with_it(used, changed, refusal):
    with pytest.raises(refusal):
        recording.record([replace(used, key="good"), replace(used, **changed)], at=AT)

    assert not UsageRecord.objects.exists()


def test_event_of_a_closed_period_is_refused(used):
    with pytest.raises(recording.PeriodClosed):
        recording.record([used], at=USED + timedelta(days=400))


def test_late_event_has_its_subscription_looked_at_again(used):
    subscription = billing.Subscription.objects.get(ref=used.subscription)
    billing.Subscription.objects.update(next_due_on=date(2026, 4, 1))

    recording.record([replace(used, used_at=USED - timedelta(days=20))], at=AT)

    subscription.refresh_from_db()
    assert subscription.next_due_on == date(2026, 3, 10)
