"""Clocks of a ticket: what each waits for, when it ran, and when it is due, from what happened to the ticket.

*First response* runs from the opening to our first answer; *next response* from the customer's first word that we have not
answered; *update* from our last answer, as long as there is work to do; *resolution* from the opening to the end. While we
wait for the customer's answer to a question nothing runs but what we still owe. Pure: events go in, clocks come out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from support.service_levels import clock
from support.service_levels.clock import Calendar, Span

OPENED, CUSTOMER_WROTE, ANSWERED, ASKED = "opened", "customer_wrote", "answered", "asked"
RESOLVED, REOPENED = "resolved", "reopened"
FIRST, NEXT, UPDATE, RESOLUTION = "first_response", "next_response", "update", "resolution"


@dataclass(frozen=True)
class Event:
    """Something that happened to a ticket."""

    at: datetime
    what: str


@dataclass
class Run:
    """One run of a clock: from its start to its stop (None: it runs, or waits for the customer since `paused_since`)."""

    kind: str
    since: datetime
    stopped_at: datetime | None = None
    pauses: list[Span] = field(default_factory=list)
    paused_since: datetime | None = None

    def pause(self, at: datetime) -> None:
        """Stop counting, unless it has stopped already."""
        if self.stopped_at is None and self.paused_since is None:
            self.paused_since = at

    def resume(self, at: datetime) -> None:
        """Go on counting."""
        if self.paused_since is not None:
            self.pauses.append((self.paused_since, at))
            self.paused_since = None

    def stop(self, at: datetime) -> None:
        """End the run."""
        if self.stopped_at is None:
            self.resume(at)
            self.stopped_at = at

    def due(self, on: Calendar, allowed: timedelta) -> datetime | None:
        """Return when `allowed` time is used up; None while the clock waits for the customer."""
        found = clock.due(on, self.since, allowed, self.pauses)
        return None if self.paused_since is not None and self.paused_since < found else found

    def used(self, on: Calendar, at: datetime) -> timedelta:
        """Return how much time of service ran until `at`, or until the clock stopped."""
        end = max(self.stopped_at or at, self.since)
        paused = [*self.pauses, (self.paused_since, max(end, self.paused_since))] if self.paused_since else self.pauses
        return clock.elapsed(on, self.since, end, paused)


def of(events: Iterable[Event]) -> list[Run]:
    """Return every run of every clock, in the order they began, from the events of a ticket in the order they happened."""
    runs: list[Run] = []
    for event in events:
        HAPPENINGS[event.what](runs, event.at)
    return runs


def going(runs: Sequence[Run], kind: str) -> Run | None:
    """Return the run of a kind that has not stopped."""
    return next((run for run in reversed(runs) if run.kind == kind and run.stopped_at is None), None)


def _opened(runs: list[Run], at: datetime) -> None:
    runs += [Run(FIRST, at), Run(RESOLUTION, at)]


def _customer_wrote(runs: list[Run], at: datetime) -> None:
    _resume(runs, at)
    if runs and not going(runs, FIRST) and not going(runs, NEXT):
        runs.append(Run(NEXT, at))


def _answered(runs: list[Run], at: datetime) -> None:
    for kind in (FIRST, NEXT, UPDATE):
        if run := going(runs, kind):
            run.stop(at)
    resolution = going(runs, RESOLUTION)
    if resolution and resolution.paused_since is None:
        runs.append(Run(UPDATE, at))


def _asked(runs: list[Run], at: datetime) -> None:
    _answered(runs, at)
    for kind in (UPDATE, RESOLUTION):
        if run := going(runs, kind):
            run.pause(at)


def _resolved(runs: list[Run], at: datetime) -> None:
    for run in runs:
        if run.kind != RESOLUTION:
            run.stop(at)
        run.pause(at)


def _reopened(runs: list[Run], at: datetime) -> None:
    _resume(runs, at)
    if not going(runs, NEXT):
        runs.append(Run(NEXT, at))


def _resume(runs: list[Run], at: datetime) -> None:
    for run in runs:
        if run.stopped_at is None:
            run.resume(at)


HAPPENINGS: Final = {
    OPENED: _opened,
    CUSTOMER_WROTE: _customer_wrote,
    ANSWERED: _answered,
    ASKED: _asked,
    RESOLVED: _resolved,
    REOPENED: _reopened,
}
