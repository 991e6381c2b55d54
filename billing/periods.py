"""Periods: half-open spans of calendar days, how long a billing cycle is, and where cycles begin.

A period `[since, until)` does not contain `until`. Days are plain dates in the payer's time zone; `accounts.days`
says which day a moment is there. Every boundary of a cycle is computed from the anchor (anchor + n intervals, clamped to the
length of the month), never from the boundary before it, so a 31st comes back after each shorter month. All of it is
arithmetic: finding the cycle of a day costs the same after one month and after fifty years.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from accounts.decisions import Refusal

MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAYS_OF = {"day": 1, "week": 7}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LONGEST_COUNT = 1200
_PLURALS = {f"{unit}s": unit for unit in (*MONTHS_OF, *DAYS_OF)}


class EmptyPeriod(Refusal):
    """A period ends before or on the day it begins."""

    code = "empty_period"


class DayOutsidePeriod(Refusal):
    """A period is to be divided on a day that is not inside it."""

    code = "day_outside_period"


class UnknownInterval(Refusal):
    """The length of a billing cycle was not understood."""

    code = "unknown_interval"


class UnknownAlignment(Refusal):
    """The rule where cycles begin was not understood."""

    code = "unknown_alignment"


class BeyondCalendar(Refusal):
    """A cycle would begin or end outside the years 1 to 9999."""

    code = "beyond_calendar"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `since` up to, but not including, `until`.

    Raises:
        EmptyPeriod: `until` is not after `since`.
    """

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise EmptyPeriod(f"A period from {self.since} cannot end on {self.until}.")

    def __str__(self) -> str:
        return f"{self.since}..{self.until}"

    @classmethod
    def through(cls, since: date, last: date) -> Self:
        """Return the days from `since` to `last`, both counted."""
        return cls(since, last + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days the period has, at least one."""
        return self.until.toordinal() - self.since.toordinal()

    @property
    def last(self) -> date:
        """The last day of the period, as people name it."""
        return date.fromordinal(self.until.toordinal() - 1)

    def __contains__(self, day: date) -> bool:
        return self.since <= day < self.until

    def contains(self, other: "Period") -> bool:
        """Say whether every day of `other` is a day of this period."""
        return self.since <= other.since and other.until <= self.until

    def split_at(self, day: date) -> "tuple[Period, Period]":
        """Return the part before `day` and the part from `day` on.

        Raises:
            DayOutsidePeriod: one of the parts would be empty.
        """
        if not self.since < day < self.until:
            raise DayOutsidePeriod(f"{day} does not divide the period {self}.")
        return Period(self.since, day), Period(day, self.until)

    def intersection(self, other: "Period") -> "Period | None":
        """Return the days both have in common, or nothing."""
        since, until = max(self.since, other.since), min(self.until, other.until)
        return Period(since, until) if since < until else None


@dataclass(frozen=True, slots=True)
class Interval:
    """The length of a billing cycle: `count` times a unit (day, week, month, quarter, half_year, year).

    Raises:
        UnknownInterval: another unit, or a count that is not a whole number from 1 to 1200.
    """

    unit: str
    count: int = 1

    def __post_init__(self) -> None:
        if self.unit not in MONTHS_OF and self.unit not in DAYS_OF:
            raise UnknownInterval(f"{self.unit!r} is not a length of billing cycle.")
        if isinstance(self.count, bool) or not isinstance(self.count, int) or not 1 <= self.count <= _LONGEST_COUNT:
            raise UnknownInterval(f"A billing cycle has 1 to {_LONGEST_COUNT} {self.unit}s, not {self.count!r}.")

    @classmethod
    def parse(cls, given: object) -> Self:
        """Read a unit's name ("month") or a number of units ({"months": 3}, {"days": 30})."""
        if isinstance(given, str):
            return cls(given)
        if isinstance(given, Mapping) and len(given) == 1:
            ((name, count),) = given.items()
            return cls(_PLURALS.get(name, str(name)), count)
        raise UnknownInterval(f"{given!r} is not a length of billing cycle.")

    def as_params(self) -> dict[str, int]:
        """Return the form that `parse` reads, fit for JSON."""
        return {f"{self.unit}s": self.count}

    @property
    def length(self) -> tuple[int, int]:
        """Months and days of the cycle, one of them zero: a quarter is as long as three months."""
        return self.months, self.days

    @property
    def months(self) -> int:
        """The length in months, 0 when it is counted in days."""
        return MONTHS_OF.get(self.unit, 0) * self.count

    @property
    def days(self) -> int:
        """The length in days, 0 when it is counted in months."""
        return DAYS_OF.get(self.unit, 0) * self.count


@dataclass(frozen=True, slots=True)
class Cycles:
    """All billing cycles of one interval, before and after the anchor, counted from it.

    `origin` is the anchor's month (months since year 0) with `day` of the month for cycles of `months`, or the anchor's
    day number for cycles of `days`.
    """

    origin: int
    day: int = 0
    months: int = 0
    days: int = 0

    def boundary(self, number: int) -> date:
        """Return the first day of the cycle `number` cycles after the anchor (0 is the anchor, below zero is before it).

        Raises:
            BeyondCalendar: that day is outside the years 1 to 9999.
        """
        try:
            if self.days:
                return date.fromordinal(self.origin + number * self.days)
            year, month = divmod(self.origin + number * self.months, 12)
            return date(year, month + 1, min(self.day, _length_of_month(year, month + 1)))
        except (ValueError, OverflowError):
            raise BeyondCalendar("The billing cycle leaves the calendar (years 1 to 9999).") from None

    def number_of(self, day: date) -> int:
        """Return the number of the cycle that contains `day`."""
        if self.days:
            return (day.toordinal() - self.origin) // self.days
        number = (day.year * 12 + day.month - 1 - self.origin) // self.months
        return number if self.boundary(number) <= day else number - 1

    def cycle_containing(self, day: date) -> Period:
        """Return the whole cycle that contains `day`."""
        number = self.number_of(day)
        return Period(self.boundary(number), self.boundary(number + 1))

    def next_after(self, day: date) -> date:
        """Return the first beginning of a cycle after `day`."""
        return self.boundary(self.number_of(day) + 1)

    def between(self, since: date, until: date) -> Iterator[Period]:
        """Yield, in order, every whole cycle that has a day in `[since, until)`."""
        number = self.number_of(since)
        begins = self.boundary(number)
        while begins < until:
            number += 1
            ends = self.boundary(number)
            yield Period(begins, ends)
            begins = ends


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the cycles of a subscription begin: on its anniversary, a bill day, an anchor date or the calendar.

    Build one with `anniversary`, `bcd`, `anchor`, `calendar` or `parse`.
    """

    kind: str
    day: int = 0
    on: date | None = None
    week_start: str = "monday"

    @classmethod
    def anniversary(cls) -> Self:
        """Cycles counted from the day billing starts."""
        return cls("anniversary")

    @classmethod
    def bcd(cls, day: int) -> Self:
        """Cycles that begin on a day of the month, the last day of shorter months; cycles of days and weeks count from the start.

        Raises:
            UnknownAlignment: `day` is not 1 to 31.
        """
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= 31:
            raise UnknownAlignment(f"A bill day is a day of the month from 1 to 31, not {day!r}.")
        return cls("bcd", day=day)

    @classmethod
    def anchor(cls, on: date) -> Self:
        """Cycles counted, backwards too, from the date `on`.

        Raises:
            UnknownAlignment: `on` is not a date.
        """
        if isinstance(on, datetime) or not isinstance(on, date):
            raise UnknownAlignment(f"An anchor is a date, not {on!r}.")
        return cls("anchor", on=on)

    @classmethod
    def calendar(cls, week_start: str = "monday") -> Self:
        """Cycles of the calendar: weeks from `week_start`, months from the 1st, longer ones from the first of January.

        Raises:
            UnknownAlignment: `week_start` is not the name of a weekday.
        """
        if week_start not in WEEKDAYS:
            raise UnknownAlignment(f"A week starts on a weekday such as monday, not {week_start!r}.")
        return cls("calendar", week_start=week_start)

    @classmethod
    def parse(cls, given: object) -> Self:
        """Read {"type": "bcd", "day": 1}, {"type": "anchor", "date": "2026-01-31"}, or a bare "anniversary" or "calendar".

        Raises:
            UnknownAlignment: the type or its detail was not understood.
        """
        terms: Mapping[str, Any] = given if isinstance(given, Mapping) else {"type": given}
        match terms.get("type"):
            case "anniversary":
                return cls.anniversary()
            case "bcd":
                return cls.bcd(terms.get("day", 0))
            case "anchor":
                return cls.anchor(_iso_date(terms.get("date", terms.get("day"))))
            case "calendar":
                return cls.calendar(str(terms.get("week_start", "monday")).lower())
            case other:
                raise UnknownAlignment(f"{other!r} is not a way to line up billing cycles.")

    def as_params(self) -> dict[str, str | int]:
        """Return the form that `parse` reads, fit for JSON."""
        details: dict[str, dict[str, str | int]] = {
            "bcd": {"day": self.day},
            "anchor": {"date": str(self.on)},
            "calendar": {"week_start": self.week_start},
        }
        return {"type": self.kind, **details.get(self.kind, {})}

    def cycles(self, interval: Interval, start: date) -> Cycles:
        """Return the cycles of `interval` for a subscription whose billing starts (or whose interval begins) on `start`."""
        if interval.days:
            return Cycles(self._first_day(interval, start), days=interval.days)
        month, day = self._first_month(start)
        return Cycles(month, day, months=interval.months)

    def _first_day(self, interval: Interval, start: date) -> int:
        if self.on is not None:
            return self.on.toordinal()
        if self.kind == "calendar" and interval.unit == "week":
            return start.toordinal() - (start.weekday() - WEEKDAYS.index(self.week_start)) % 7
        return start.toordinal()

    def _first_month(self, start: date) -> tuple[int, int]:
        """Return the anchor's month (months since year 0) and day of the month."""
        if self.kind == "calendar":
            return start.year * 12, 1
        anchor = self.on or start
        month = anchor.year * 12 + anchor.month - 1
        if self.kind != "bcd":
            return month, anchor.day
        passed = min(self.day, _length_of_month(start.year, start.month)) < start.day
        return month + passed, self.day


def last_day(until: date) -> date:
    """Return the last day of a period that ends before `until`, as people write it."""
    return until - timedelta(days=1)


def _length_of_month(year: int, month: int) -> int:
    return 29 if month == 2 and calendar.isleap(year) else _LENGTHS[month]


def _iso_date(given: object) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise UnknownAlignment(f"{given!r} is not a date such as 2026-01-31.") from None
