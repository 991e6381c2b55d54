"""Earlier: the facts of a customer as they stood at a moment gone by, read from what the timeline kept of each change."""

from datetime import datetime

from accounts.customers import facts
from accounts.customers.models import Customer
from accounts.timeline.models import Activity

CHANGED = "accounts.customer_changed"


def facts_at(customer: Customer, at: datetime) -> dict[str, str]:
    """Return the facts of `customer` right after `at`: what changed later has the value before its first change."""
    kept = facts.of(customer)
    later = Activity.objects.filter(customer=customer, kind=CHANGED, at__gt=at).order_by("-at", "-pk")
    for change in later:
        kept |= {name: value for name, value in change.facts.get("before", {}).items() if name in kept}
    return kept
