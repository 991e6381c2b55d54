"""Service hours: is somebody there for a customer, when next, and by when is a ticket answered that comes now.

They are the hours of the calendar by which the first answer to this customer is measured, so that what a chat promises and
what a ticket's clock says is one. Where no target was ever set we are never closed and promise nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.customers.models import Customer
from accounts.days import local_day
from support.service_levels import calendars, clock, targets
from support.service_levels.clock import Calendar, ClockNeverRuns
from support.service_levels.models import ClockKind
from support.tickets.models import Ticket

MINUTE: Final = timedelta(minutes=1)
NOW: Final = timedelta(0)


@dataclass(frozen=True)
class Hours:
    """The calendar we keep for a customer (None: never closed), and how long a first answer may take (None: not promised)."""

    calendar: Calendar | None
    first_answer: timedelta | None

    def is_open(self, at: datetime) -> bool:
        """Say whether we work at an instant."""
        return self.calendar is None or self.calendar.is_open_at(at)

    def opens_at(self, at: datetime) -> datetime | None:
        """Return when we next work, from `at` on; None when we never do."""
        return _due(self.calendar, at, NOW) if self.calendar else at

    def answer_by(self, at: datetime) -> datetime | None:
        """Return by when a ticket that comes at `at` is answered."""
        return _due(self.calendar, at, self.first_answer) if self.calendar and self.first_answer is not None else None

    def covers(self, since: datetime, until: datetime) -> bool:
        """Say whether we work all the time between two instants."""
        return self.calendar is None or clock.elapsed(self.calendar, since, until) == until - since

    def stretches(self, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches in which we work from `at` on, in the calendar's zone, over so many days."""
        if self.calendar is None:
            return
        for count in range(days):
            day = (at.astimezone(self.calendar.zone) + timedelta(days=count)).date()
            for opened, closed in self.calendar.spans_on(day):
                if closed > at:
                    yield opened.astimezone(self.calendar.zone), closed.astimezone(self.calendar.zone)


def of(customer: Customer, at: datetime) -> Hours:
    """Return the hours we keep for `customer`."""
    today = local_day(at, customer.timezone)
    subject = targets.subject_of(customer, priority=Ticket.Priority.NORMAL, kind=Ticket.Kind.OTHER, on=today)
    target = targets.most_specific(targets.in_force(today), ClockKind.FIRST_RESPONSE, subject)
    return Hours(calendars.clock_calendar(target.calendar), target.minutes * MINUTE) if target else Hours(None, None)


def _due(on: Calendar, at: datetime, allowed: timedelta) -> datetime | None:
    try:
        return clock.due(on, at, allowed)
    except ClockNeverRuns:
        return None
