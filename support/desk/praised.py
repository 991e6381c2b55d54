"""Praised: for which matters customers thanked us, in the last days and in as many before them; the most praised first.

The matter is the topic of the ticket that was praised, where it has one, else its kind.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from accounts.people import access
from accounts.people.models import User
from support.tickets.models import Ticket
from support.voice.models import Praise

MOST: Final = 5


@dataclass(frozen=True)
class Praised:
    """A matter and how often it was praised in the span, and in the one before."""

    name: str
    now: int
    before: int


def most(viewer: User, *, span: timedelta, at: datetime) -> list[Praised]:
    """Return the matters praised most within `span` before `at`, of customers whose tickets `viewer` works on."""
    reach = access.customers_within_reach(viewer, access.WORK_TICKETS)
    given = Praise.objects.filter(customer__in=reach, given_at__gt=at - 2 * span, given_at__lte=at)
    counted = given.values("ticket__kind", "ticket__topic_row__topic__label").annotate(
        now=Count("pk", filter=Q(given_at__gt=at - span)), before=Count("pk", filter=Q(given_at__lte=at - span))
    )
    now, before = Counter[str](), Counter[str]()
    for row in counted.order_by("ticket__kind"):
        name = row["ticket__topic_row__topic__label"] or str(Ticket.Kind(row["ticket__kind"]).label)
        now[name] += row["now"]
        before[name] += row["before"]
    found = [Praised(name, times, before[name]) for name, times in now.items() if times]
    return sorted(found, key=lambda one: (-one.now, one.before, one.name))[:MOST]
