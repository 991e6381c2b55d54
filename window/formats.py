"""How amounts, days and moments are written on screen, in the visitor's language and time zone.

Amounts are whole minor units with their ISO 4217 code, and are only written here, never rounded. Days are calendar days;
moments are aware and are shown in the active time zone. English dates read day first ("1 Feb 2026").
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, get_decimal_symbol
from django.utils import timezone
from django.utils.translation import get_language

from billing import money

ENGLISH = Locale("en", "GB")
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS X": "Mac", "Linux": "Linux"}
NO_BREAK_SPACE = "\u00a0"
TRUE_MINUS = "\u2212"


def locale() -> Locale:
    """Return the conventions of the active language; an unknown language writes as English does."""
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    if language == "en":
        return ENGLISH
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return ENGLISH


def decimal_comma() -> bool:
    """Say whether the active language parts decimals by a comma."""
    return get_decimal_symbol(locale()) == ","


def figure(number: int | Decimal) -> str:
    """Write a number with the language's grouping and every decimal place it has."""
    value = Decimal(number)
    places = max(0, -int(value.as_tuple().exponent))
    return _grouped(value, places)


def amount_figure(minor: int, currency: str) -> str:
    """Write an amount without its currency: 124000 minor units of EUR as "1,240.00"."""
    places = money.exponent(currency)
    return _grouped(Decimal(minor).scaleb(-places), places)


def amount(minor: int, currency: str) -> str:
    """Write an amount with its currency code: "1,240.00 EUR", never broken over two lines."""
    return f"{amount_figure(minor, currency)}{NO_BREAK_SPACE}{currency}"


def _grouped(value: Decimal, places: int) -> str:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=locale()).replace("-", TRUE_MINUS)


def day(on: date) -> str:
    """Write a day as "1 Feb 2026"; a moment counts as its day in the active time zone."""
    if isinstance(on, datetime):
        on = timezone.localtime(on).date() if timezone.is_aware(on) else on.date()
    return format_date(on, "d. MMM y" if locale().language == "de" else "d MMM y", locale=locale())


def clock(at: datetime) -> str:
    """Write the time of day as "14:05" in the active time zone."""
    return format_datetime(_local(at), "HH:mm", locale=locale())


def moment(at: datetime) -> str:
    """Write a moment with its zone: "1 Feb 2026, 14:05 CET"."""
    local = _local(at)
    return f"{day(local)}, {clock(local)} {local.tzname()}"


def ago(at: datetime, now: datetime) -> str:
    """Write how far `at` lies from `now`: "5 minutes ago", "in 2 days"."""
    distance = at - now
    if abs(distance) < timedelta(seconds=1):
        distance = timedelta(seconds=-1)
    return format_timedelta(distance, add_direction=True, locale=locale(), threshold=0.95)


def browser(user_agent: str) -> str:
    """Name the browser and system behind a User-Agent line: "Firefox, Windows"; a line that tells neither is cut short."""
    known = [next((name for sign, name in table.items() if sign in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent[:40]


def _local(at: datetime) -> datetime:
    return timezone.localtime(at) if timezone.is_aware(at) else timezone.make_aware(at)
