"""Clock: when minutes of service are used up, and how many were used, on a calendar of working hours.

A calendar is open at an instant when the wall clock of its zone then lies within a window of that weekday and the local date
is no holiday. So where the clocks change exactly the hours that exist are counted: an hour left out is never worked, an hour
that comes twice is worked twice. Windows and pauses hold their start and not their end; those that overlap or touch count once.

Due is the earliest moment at which the minutes are used up. When that is the very end of a window it stays there and is not
carried to the next opening; no minutes at all are due at the start, or, outside hours, when the clock next runs. Pure; exact to
the microsecond; instants carry their zone.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.decisions import Refusal

DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
MIDNIGHT: Final = timedelta(0)
LONGEST_SEARCH: Final = timedelta(days=366 * 50)
EARLIEST_NEXT_DAY: Final = time(8)  # in UTC: zones are at most 14 hours ahead, and go back by two at most
LOOK_EVERY: Final = timedelta(hours=6)  # no zone ever changed its clock twice within six hours
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[datetime, datetime]
Window = tuple[timedelta, timedelta]


class WindowWrong(Refusal):
    """A window of working hours that is none."""

    code = "window_wrong"


class ClockNeverRuns(Refusal):
    """A calendar on which the minutes are never used up: no window at all, or holidays and pauses without end."""

    code = "clock_never_runs"


class EndsBeforeItStarts(Refusal):
    """A pause or a stretch whose end lies before its start, or minutes below zero."""

    code = "ends_before_it_starts"


@dataclass(frozen=True)
class Calendar:
    """When we work: windows of wall time a weekday (0 is Monday), each counted from midnight, but not on holidays."""

    zone: ZoneInfo
    windows: Mapping[int, Sequence[Window]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def around_the_clock(cls, zone: ZoneInfo) -> "Calendar":
        """Return the calendar of who never closes."""
        return cls(zone, {weekday: [(MIDNIGHT, DAY)] for weekday in range(7)})

    def is_open_at(self, instant: datetime) -> bool:
        """Say whether we work at an instant."""
        there = instant.astimezone(self.zone)
        since_midnight = there.replace(tzinfo=None) - datetime.combine(there.date(), time())
        return any(start <= since_midnight < end for start, end in self._windows_on(there.date()))

    def spans_on(self, day: date) -> list[Span]:
        """Return the stretches of time, in UTC, during which we work on a local day."""
        return _joined(_spans(self.zone, day, start, end) for start, end in self._windows_on(day))

    def _windows_on(self, day: date) -> Sequence[Window]:
        return () if day in self.holidays else self.windows.get(day.weekday(), ())


def calendar(*, zone: ZoneInfo, windows: Iterable[tuple[int, timedelta, timedelta]], holidays: Iterable[date] = ()) -> Calendar:
    """Return the calendar with these windows (weekday, start, end); one that ends at or before its start runs past midnight.

    The part past midnight belongs to the next weekday, and so falls away when that day is a holiday.

    Raises:
        WindowWrong: a window is empty or reaches beyond a day.
    """
    by_weekday: dict[int, list[Window]] = {weekday: [] for weekday in range(7)}
    for weekday, start, end in windows:
        if not (MIDNIGHT <= start < DAY and MIDNIGHT <= end <= DAY) or start == end:
            raise WindowWrong(_("A window begins and ends at different times between 00:00 and 24:00."))
        if start < end:
            by_weekday[weekday].append((start, end))
            continue
        by_weekday[weekday].append((start, DAY))
        if end > MIDNIGHT:
            by_weekday[(weekday + 1) % 7].append((MIDNIGHT, end))
    return Calendar(zone, by_weekday, frozenset(holidays))


def due(on: Calendar, start: datetime, allowed: timedelta, pauses: Iterable[Span] = ()) -> datetime:
    """Return the earliest moment, in the calendar's zone, at which `allowed` time of service since `start` is used up.

    Raises:
        ClockNeverRuns: it never is.
        EndsBeforeItStarts: less than no time is allowed, or a pause ends before it starts.
    """
    if allowed < MIDNIGHT:
        raise EndsBeforeItStarts(_("A clock is given zero minutes or more."))
    left = allowed
    for opened, closed in _running(on, start, joined_pauses(pauses)):
        if left <= closed - opened:
            return (opened + left).astimezone(on.zone)
        left -= closed - opened
    raise ClockNeverRuns(_("On this calendar the time is never used up."))


def elapsed(on: Calendar, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> timedelta:
    """Return how much time of service passed between two instants.

    Raises:
        EndsBeforeItStarts: the end, of the stretch or of a pause, lies before its start.
    """
    if end < start:
        raise EndsBeforeItStarts(_("A stretch ends at or after its start."))
    spans = _running(on, start, joined_pauses(pauses), until=end)
    return sum((min(closed, end) - opened for opened, closed in spans if opened < end), MIDNIGHT)


def joined_pauses(pauses: Iterable[Span]) -> list[Span]:
    """Return the pauses in UTC, in order, with those that overlap or touch made one and those of no length left out.

    Raises:
        EndsBeforeItStarts: a pause ends before it starts.
    """
    known = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in pauses]
    if any(end < start for start, end in known):
        raise EndsBeforeItStarts(_("A pause ends at or after its start."))
    return _joined([known])


def _running(on: Calendar, start: datetime, paused: list[Span], until: datetime | None = None) -> Iterator[Span]:
    """Yield the stretches in which the clock runs from `start` on, in order: open, and not paused."""
    begin, ends = start.astimezone(UTC), [end for _begin, end in paused]
    for opened, closed in _open(on, start, until):
        if closed >= begin:
            opened = max(opened, begin)
            yield from _without(opened, closed, paused[bisect_left(ends, opened) :])


def _open(on: Calendar, start: datetime, until: datetime | None) -> Iterator[Span]:
    """Yield the open stretches in order; those of two days may alternate where clocks go back over midnight."""
    waiting: list[Span] = []
    for day in _days(on, start, until):
        waiting = sorted([*waiting, *on.spans_on(day)])
        next_day_begins = datetime.combine(day, EARLIEST_NEXT_DAY, UTC)
        yield from (span for span in waiting if span[0] < next_day_begins)
        waiting = [span for span in waiting if span[0] >= next_day_begins]
    yield from waiting


def _days(on: Calendar, start: datetime, until: datetime | None) -> Iterator[date]:
    """Yield the local days from `start` on; none when we never work, and an end of the search when we were closed too long."""
    if not any(on.windows.values()):
        raise ClockNeverRuns(_("This calendar has no hours at all: nothing is ever due on it."))
    first = start.astimezone(on.zone).date() - DAY  # clocks may go back over midnight
    last = until.astimezone(on.zone).date() + DAY if until else first + LONGEST_SEARCH
    yield from (first + count * DAY for count in range((last - first).days + 1))


def _without(opened: datetime, closed: datetime, paused: Iterable[Span]) -> Iterator[Span]:
    """Yield what is left of a stretch between the pauses; the end of a window is kept, as a moment, when nothing covers it."""
    begin = opened
    for start, end in paused:
        if start >= closed:
            break
        if start > opened:
            yield opened, start
        opened = max(opened, end)
    if opened < closed or opened == begin:
        yield opened, closed


def _joined(groups: Iterable[Iterable[Span]]) -> list[Span]:
    together: list[Span] = []
    for start, end in sorted(span for group in groups for span in group if span[0] < span[1]):
        if together and start <= together[-1][1]:
            together[-1] = (together[-1][0], max(together[-1][1], end))
        else:
            together.append((start, end))
    return together


@lru_cache(maxsize=65_536)
def _spans(zone: ZoneInfo, day: date, start: timedelta, end: timedelta) -> tuple[Span, ...]:
    """Return the stretches, in UTC, during which the wall clock shows a time of `day` from `start` until before `end`."""
    midnight = datetime.combine(day, time(), UTC)
    found = []
    for since, until, offset in _steady(zone, day):
        opened, closed = max(midnight + start - offset, since), min(midnight + end - offset, until)
        if opened < closed:
            found.append((opened, closed))
    return tuple(found)


@lru_cache(maxsize=16_384)
def _steady(zone: ZoneInfo, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the stretches of constant offset that cover a local day, wherever on earth it is."""
    midnight = datetime.combine(day, time(), UTC)
    first, last = midnight - timedelta(hours=18), midnight + timedelta(hours=42)
    marks = [first, *_changes(zone, first, last), last]
    return tuple((since, until, _offset(zone, since)) for since, until in zip(marks, marks[1:], strict=False))


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    since = first
    while since < last:
        until = since + LOOK_EVERY
        if _offset(zone, since) != _offset(zone, until):
            yield _change_between(zone, since, until)
        since = until


def _change_between(zone: ZoneInfo, since: datetime, until: datetime) -> datetime:
    """Return the second at which the offset changed, found by halving."""
    before = _offset(zone, since)
    while until - since > SECOND:
        middle = since + (until - since) // SECOND // 2 * SECOND
        since, until = (middle, until) if _offset(zone, middle) == before else (since, middle)
    return until


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or MIDNIGHT
