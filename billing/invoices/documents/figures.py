"""Figures: how amounts, days, rates and references are written on a document, by the reader's language.

Nothing is rounded here. Periods are stored half-open and written with their last day, as people read them.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from billing.money import Money, exponent
from billing.periods import last_day

LOCALES: Final = {"en": Locale("en", "GB"), "de": Locale("de", "DE")}
_DAYS: Final = {"en": "d MMM y", "de": "dd.MM.y"}
_DAYS_WITHOUT_YEAR: Final = {"en": "d MMM", "de": "dd.MM."}
NARROW_SPACE, NO_BREAK_SPACE, TRUE_MINUS = "\u202f", "\u00a0", "\u2212"


def amount(minor: int, currency: str, language: str) -> str:
    """Write an amount without its currency: "1,240.00"."""
    return _grouped(Money(minor, currency).decimal, exponent(currency), language)


def with_currency(minor: int, currency: str, language: str) -> str:
    """Write an amount with its currency: "1,240.00 EUR", never broken over two lines."""
    return f"{amount(minor, currency, language)}{NO_BREAK_SPACE}{currency}"


def unit_price(price: Decimal, currency: str, language: str) -> str:
    """Write a unit price with the decimals it has, at least those of its currency."""
    return _grouped(price, max(_places(price), exponent(currency)), language)


def number(value: Decimal, language: str) -> str:
    """Write a quantity with the decimals it has."""
    return _grouped(value, _places(value), language)


def percent(rate: Decimal, language: str) -> str:
    """Write a tax rate: 0.19 as "19 %"."""
    value = rate * 100
    return f"{_grouped(value, _places(value), language)}{NO_BREAK_SPACE}%"


def day(on: date, language: str) -> str:
    """Write a day: "1 Feb 2026", in German "01.02.2026"."""
    return format_date(on, _DAYS[language], locale=LOCALES[language])


def period(since: date, until: date, language: str) -> str:
    """Write the days from `since` up to, not including, `until`: "1 Jan – 31 Jan 2026"."""
    last = last_day(until)
    if last == since:
        return day(since, language)
    pattern = _DAYS_WITHOUT_YEAR if since.year == last.year else _DAYS
    first = format_date(since, pattern[language], locale=LOCALES[language])
    return f"{first} – {day(last, language)}".replace(" ", NO_BREAK_SPACE, first.count(" "))


def country(code: str, language: str) -> str:
    """Name the country of an ISO 3166 code, as post expects it on the last line of an address."""
    return str(LOCALES[language].territories.get(code, code))


def in_fours(iban: str) -> str:
    """Write an IBAN in groups of four."""
    plain = iban.replace(" ", "")
    return NO_BREAK_SPACE.join(plain[place : place + 4] for place in range(0, len(plain), 4))


def payment_reference(ref: str) -> str:
    """Return the structured creditor reference (ISO 11649, "RF…") that makes a bank transfer find its document.

    A ref without letters or digits, or too long for it, stands for itself.
    """
    plain = "".join(sign for sign in ref.upper() if sign.isascii() and sign.isalnum())
    if not 0 < len(plain) <= 21:
        return ref
    digits = int("".join(str(int(sign, 36)) for sign in f"{plain}RF00"))
    return f"RF{98 - digits % 97:02d}{plain}"


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _grouped(value: Decimal, places: int, language: str) -> str:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=LOCALES[language]).replace("-", TRUE_MINUS)
