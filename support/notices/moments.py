"""Moments: until when a mail waits for the end of quiet hours, and when the next digest goes out. Pure.

Times are those of the person's own zone. Hours that pass midnight (22:00 to 07:00) are one night; the end is not part of it.
A time that a clock change leaves out is taken as if the clock had not been changed.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def end_of_quiet(at: datetime, *, zone: str, since: time | None, until: time | None) -> datetime | None:
    """Return the moment quiet hours end, if `at` lies within them; None otherwise, and when there are none."""
    if since is None or until is None or since == until:
        return None
    local = at.astimezone(ZoneInfo(zone))
    now = local.time()
    passes_midnight = until < since
    quiet = (now >= since or now < until) if passes_midnight else since <= now < until
    if not quiet:
        return None
    day = local.date() + DAY if passes_midnight and now >= since else local.date()
    return _moment(day, until, zone)


def next_daily(at: datetime, *, zone: str, when: time) -> datetime:
    """Return the next moment after `at` at which the daily digest goes out."""
    day = at.astimezone(ZoneInfo(zone)).date()
    today = _moment(day, when, zone)
    return today if today > at else _moment(day + DAY, when, zone)


def next_weekly(at: datetime, *, zone: str, when: time, weekday: int) -> datetime:
    """Return the next moment after `at` at which the weekly digest goes out; Monday is 0."""
    day = at.astimezone(ZoneInfo(zone)).date()
    first = day + timedelta(days=(weekday - day.weekday()) % 7)
    moment = _moment(first, when, zone)
    return moment if moment > at else _moment(first + 7 * DAY, when, zone)


def _moment(day: date, when: time, zone: str) -> datetime:
    return datetime.combine(day, when, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
