"""How amounts, days and moments are written on screen, in the visitor's language and time zone.

Amounts are whole minor units with their ISO 4217 code, and are only written here, never rounded. Days are calendar days;
moments are aware and are shown in the active time zone. English dates read day first ("1 Feb 2026").
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import inf

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_time, format_timedelta
from babel.numbers import get_decimal_symbol
from django.utils import timezone

from accounts import writing
from accounts.writing import NO_BREAK_SPACE, TRUE_MINUS, locale
from billing import money

__all__ = ["NO_BREAK_SPACE", "TRUE_MINUS", "locale"]

BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
NEARLY = 0.95  # of a unit counts as one
SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS X": "Mac", "Linux": "Linux"}


def decimal_comma() -> bool:
    """Say whether the active language parts decimals by a comma."""
    return get_decimal_symbol(locale()) == ","


def figure(number: int | Decimal | str) -> str:
    """Write a number with the language's grouping and every decimal place it has."""
    value = Decimal(number)
    places = max(0, -int(value.as_tuple().exponent))
    return writing.grouped(value, places)


def amount_figure(minor: int, currency: str) -> str:
    """Write an amount without its currency: 124000 minor units of EUR as "1,240.00"."""
    places = money.exponent(currency)
    return writing.grouped(Decimal(minor).scaleb(-places), places)


def amount(minor: int, currency: str) -> str:
    """Write an amount with its currency code: "1,240.00 EUR", never broken over two lines."""
    return f"{amount_figure(minor, currency)}{NO_BREAK_SPACE}{currency}"


def day(on: date) -> str:
    """Write a day as "1 Feb 2026"; a moment counts as its day in the active time zone."""
    if isinstance(on, datetime):
        on = timezone.localtime(on).date() if timezone.is_aware(on) else on.date()
    return writing.day(on)


def clock(at: datetime) -> str:
    """Write the time of day as "14:05" in the active time zone."""
    local = _local(at)
    return _clock_in(locale(), local.hour, local.minute)


@lru_cache(maxsize=4096)
def _clock_in(conventions: Locale, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), "HH:mm", locale=conventions)


def moment(at: datetime) -> str:
    """Write a moment with its zone: "1 Feb 2026, 14:05 CET"."""
    local = _local(at)
    return f"{writing.day(local.date())}, {_clock_in(locale(), local.hour, local.minute)} {local.tzname()}"


def ago(at: datetime, now: datetime) -> str:
    """Write how far `at` lies from `now`: "5 minutes ago", "in 2 days"."""
    distance = at - now
    if abs(distance) < timedelta(seconds=1):
        distance = timedelta(seconds=-1)
    seconds = distance // timedelta(seconds=1)
    unit, length = next((unit, length) for unit, length in TIMEDELTA_UNITS if abs(seconds) >= NEARLY * length)
    steps = round(abs(seconds) / length)
    return _away_in(locale(), unit, steps * length if seconds > 0 else -steps * length)


@lru_cache(maxsize=4096)
def _away_in(conventions: Locale, unit: str, seconds: int) -> str:
    """Write whole units, and never in another unit."""
    return format_timedelta(timedelta(seconds=seconds), granularity=unit, threshold=inf, add_direction=True, locale=conventions)


def browser(user_agent: str) -> str:
    """Name the browser and system behind a User-Agent line: "Firefox, Windows"; a line that tells neither is cut short."""
    known = [next((name for sign, name in table.items() if sign in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent[:40]


def _local(at: datetime) -> datetime:
    return timezone.localtime(at) if timezone.is_aware(at) else timezone.make_aware(at)
