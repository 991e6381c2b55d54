"""What is measured in the demo world: messages, day by day, told once a month, as the systems of customers do."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from billing.contracts.models import Subscription
from billing.usage import recording
from billing.usage.recording import Measurement

METRIC, PRODUCT = "messages", "messages"
WORKDAY, WEEKEND = 118, 31  # messages on a quiet day; some days bring more
SENT_AT: Final = time(6)


def measure(since: date, until: date, *, at: datetime) -> None:
    """Record the messages of the days from `since` until before `until`; doing it again counts nothing twice."""
    for subscription in Subscription.objects.filter(product__code=PRODUCT).select_related("contract").order_by("pk"):
        first = max(since, subscription.events.order_by("sequence")[0].effective_on)
        days = [first + timedelta(days=ahead) for ahead in range((until - first).days)]
        recording.record([_sent(subscription, day) for day in days], at=at)


def sent_on(day: date) -> int:
    """Return how many messages are sent on a day: the same day gives the same number."""
    return (WEEKEND if day.weekday() > 4 else WORKDAY) + day.toordinal() * 37 % 61


def _sent(subscription: Subscription, day: date) -> Measurement:
    moment = datetime.combine(day, SENT_AT, tzinfo=UTC)
    return Measurement(subscription.ref, METRIC, f"demo-{day.isoformat()}", moment, units=Decimal(sent_on(day)))
