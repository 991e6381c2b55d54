"""Cases: a question to the service clock as others write it down, and its answer.

A case is an object with `timezone` (IANA), `hours` (windows of wall time by weekday, or "24x7"), `holidays` (local dates),
`start`, and `minutes` (when is it due?) or `end` (how many minutes passed?), and `pauses`. `kind` is "due" or "elapsed";
without it the case has an `end` or not. An instant without an offset is wall time of the case's zone. A pause without an end
lasts: nothing is due while it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.decisions import Refusal
from support.service_levels import clock
from support.service_levels.clock import Calendar, Span

FULL_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
AROUND_THE_CLOCK: Final = frozenset({"24x7", "24/7", "always"})
LONGEST_MINUTES: Final = 60 * 24 * 366 * 40


class CaseUnreadable(Refusal):
    """A case that is not written as a case is."""

    code = "case_unreadable"


def answer(case: object) -> dict[str, Any]:
    """Return the answer to a case: its id with `due`, an instant in the case's zone, or with the `minutes` that passed.

    Raises:
        CaseUnreadable: it is not a case.
        Refusal: the clock cannot answer; see clock.py.
    """
    if not isinstance(case, Mapping):
        raise CaseUnreadable("A case is an object with timezone, hours, start and minutes or end.")
    try:
        return {"id": case.get("id")} | _answer(case)
    except OverflowError as problem:
        raise CaseUnreadable("A case speaks of the years 2 to 9900.") from problem


def _answer(case: Mapping[str, Any]) -> dict[str, Any]:
    on = calendar_of(case)
    start, kind = _instant(case.get("start"), on.zone, "start"), _kind_of(case)
    pauses, lasting = _pauses(case.get("pauses"), on.zone)
    if kind == "due":
        allowed = _minutes(case.get("minutes"))
        found = _due(on, start, allowed, pauses, lasting)
        return {"due": found and _written(found, case["timezone"])}
    end = _instant(case.get("end"), on.zone, "end")
    pauses += [(since, max(since, end)) for since in lasting]
    return {"minutes": _number(clock.elapsed(on, start, end, pauses))}


def calendar_of(case: Mapping[str, Any]) -> Calendar:
    """Return the calendar that a case describes.

    Raises:
        CaseUnreadable: no such zone, weekday, time or date.
        WindowWrong: a window is empty.
    """
    zone, hours = _zone(case.get("timezone")), case.get("hours")
    holidays = frozenset(_day(text) for text in _list(case.get("holidays"), "holidays"))
    if isinstance(hours, str) and hours.strip().lower() in AROUND_THE_CLOCK:
        return Calendar(zone, Calendar.around_the_clock(zone).windows, holidays)
    if not isinstance(hours, Mapping):
        raise CaseUnreadable('Write hours as {"mon": [["09:00", "17:00"]], …} or "24x7".')
    return clock.calendar(zone=zone, windows=_windows(hours), holidays=holidays)


def _kind_of(case: Mapping[str, Any]) -> str:
    kind = case.get("kind") or ("elapsed" if case.get("end") is not None else "due")
    if kind not in ("due", "elapsed"):
        raise CaseUnreadable("The kind of a case is due or elapsed.")
    return str(kind)


def _due(on: Calendar, start: datetime, allowed: timedelta, pauses: list[Span], lasting: list[datetime]) -> datetime | None:
    """Return when it is due, or None when the clock stopped before and has not gone on yet."""
    found = clock.due(on, start, allowed, pauses)
    return None if lasting and min(lasting) < found else found


def _windows(hours: Mapping[str, Any]) -> Iterator[tuple[int, timedelta, timedelta]]:
    for name, windows in hours.items():
        weekday = _weekday(name)
        for window in _list(windows, f"hours of {name}"):
            start, end = _pair(window, "A window")
            yield weekday, _wall_time(start), _wall_time(end)


def _weekday(name: str) -> int:
    short = name.strip().lower()
    if short in FULL_NAMES or short in clock.WEEKDAYS:
        return clock.WEEKDAYS.index(short[:3])
    raise CaseUnreadable(f"“{name}” is no weekday; write mon, tue, wed, thu, fri, sat or sun.")


def _wall_time(text: object) -> timedelta:
    parts = text.strip().split(":") if isinstance(text, str) else []
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        hours, minutes, seconds = (*map(int, parts), 0)[:3]
        if minutes < 60 and seconds < 60 and timedelta(hours=hours, minutes=minutes, seconds=seconds) <= clock.DAY:
            return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    raise CaseUnreadable(f"“{text}” is no time of day; write it as 08:30, at most 24:00.")


def _pauses(given: object, zone: ZoneInfo) -> tuple[list[Span], list[datetime]]:
    """Return the pauses that ended, and the starts of those that last."""
    pairs = [_pair(pause, "A pause") for pause in _list(given, "pauses")]
    ended = [(_instant(start, zone, "pause"), _instant(end, zone, "pause")) for start, end in pairs if end is not None]
    return ended, [_instant(start, zone, "pause") for start, end in pairs if end is None]


def _pair(given: object, what: str) -> tuple[Any, Any]:
    if isinstance(given, Mapping):
        given = [given.get("start"), given.get("end")]
    if not isinstance(given, list) or len(given) != 2:
        raise CaseUnreadable(f"{what} is a list of its start and its end.")
    return given[0], given[1]


def _instant(text: object, zone: ZoneInfo, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip() if isinstance(text, str) else "")
    except ValueError as problem:
        raise CaseUnreadable(f"Write the {name} as an ISO instant, like 2025-03-03T10:00:00Z.") from problem
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _day(text: object) -> date:
    text = text.get("date") if isinstance(text, Mapping) else text
    try:
        return date.fromisoformat(text.strip()[:10] if isinstance(text, str) else "")
    except ValueError as problem:
        raise CaseUnreadable("Write holidays as ISO dates, like 2025-12-25.") from problem


def _minutes(given: object) -> timedelta:
    try:
        minutes = Fraction(given if isinstance(given, str | int) else str(given))
    except (ValueError, ZeroDivisionError) as problem:
        raise CaseUnreadable("Write the minutes as a number.") from problem
    if abs(minutes) > LONGEST_MINUTES:
        raise CaseUnreadable("At most forty years of minutes can be counted.")
    return timedelta(microseconds=round(minutes * 60_000_000))


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name if isinstance(name, str) and name else "?")
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise CaseUnreadable(f"“{name}” is no IANA time zone, like Europe/Vienna.") from problem


def _list(given: object, name: str) -> Iterable[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise CaseUnreadable(f"Write the {name} as a list.")
    return given


def _written(instant: datetime, zone: str) -> str:
    text = instant.isoformat()
    return text.replace("+00:00", "Z") if zone in ("UTC", "Etc/UTC") else text


def _number(passed: timedelta) -> int | float:
    """Return minutes: whole where they are whole, else to the microsecond."""
    minutes = Fraction(passed // timedelta(microseconds=1), 60_000_000)
    return int(minutes) if minutes.denominator == 1 else round(float(minutes), 8)
