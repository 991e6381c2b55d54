"""Days: which day of the calendar a moment is. A day belongs to a place, so whoever asks names the zone.

What a customer sees or is bound by counts in the customer's own zone, what a contract says in the contract's. Selections
over many zones reach to `latest_day` and then ask each row by its own zone. Pure: no Django, no clock, no database.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.decisions import Refusal

FIRST_TO_BEGIN = "Pacific/Kiritimati"  # fourteen hours ahead of UTC: no place on earth begins a day sooner
LAST_TO_BEGIN = "Etc/GMT+12"


class UnknownMoment(Refusal):
    """A moment without its zone, or a zone that IANA does not list."""

    code = "unknown_moment"


def local_day(at: datetime, zone: str) -> date:
    """Return the calendar day on which the moment `at` falls in the IANA time zone `zone`, daylight saving included.

    Raises:
        UnknownMoment: `at` carries no zone, or `zone` is not listed by IANA.
    """
    if at.tzinfo is None:
        raise UnknownMoment("A moment needs its time zone before it can be given a day.")
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise UnknownMoment(f"{zone!r} is not a time zone listed by IANA.") from None


def day_begins(on: date, zone: str) -> datetime:
    """Return the moment at which the day `on` begins in the IANA time zone `zone`."""
    return datetime.combine(on, time.min, ZoneInfo(zone))


def latest_day(at: datetime) -> date:
    """Return the latest day that it is anywhere at the moment `at`: what is due in any zone is due by this day."""
    return local_day(at, FIRST_TO_BEGIN)


def earliest_day(at: datetime) -> date:
    """Return the earliest day that it is anywhere still at the moment `at`: what ended before it is over in every zone."""
    return local_day(at, LAST_TO_BEGIN)
