"""Writing: how days and amounts read in a language, for sentences that the domain tells; window/formats.py writes screens alike.

What is kept is kept in one form for everybody: a day as "2026-02-01", an amount as "1240.00 EUR". `of_fact` writes such a text as
its reader does; any other text stays as it is. English dates read day first.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language

ENGLISH: Final = Locale("en", "GB")
NO_BREAK_SPACE: Final = "\u00a0"
TRUE_MINUS: Final = "\u2212"
DAY: Final = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
AMOUNT: Final = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})", re.ASCII)


def locale() -> Locale:
    """Return the conventions of the active language; an unknown language writes as English does."""
    return _locale_of(get_language() or "en")


def day(on: date) -> str:
    """Write a day as "1 Feb 2026"."""
    return _day_in(locale(), on)


def grouped(value: Decimal, places: int) -> str:
    """Write a number with so many decimals and the language's grouping."""
    return _grouped_in(locale(), str(value), places)


def of_fact(fact: Any) -> Any:
    """Write a kept day or amount as its reader does; anything else is returned as it is."""
    if not isinstance(fact, str):
        return fact
    if DAY.fullmatch(fact):
        return _day_of(fact)
    if found := AMOUNT.fullmatch(fact):
        number = Decimal(found[1])
        return f"{grouped(number, max(0, -int(number.as_tuple().exponent)))}{NO_BREAK_SPACE}{found[2]}"
    return fact


def told(**facts: Any) -> dict[str, str]:
    """Return facts as a sentence tells them: amounts and days as the reader writes them, with plain blanks; all else as it is."""
    return {name: str(of_fact(str(fact))).replace(NO_BREAK_SPACE, " ") for name, fact in facts.items()}


def _day_of(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


@lru_cache(maxsize=4096)
def _day_in(conventions: Locale, on: date) -> str:
    return format_date(on, "d. MMM y" if conventions.language == "de" else "d MMM y", locale=conventions)


@lru_cache(maxsize=4096)
def _grouped_in(conventions: Locale, value: str, places: int) -> str:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(Decimal(value), format=pattern, locale=conventions).replace("-", TRUE_MINUS)


@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    if language == "en":
        return ENGLISH
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return ENGLISH
