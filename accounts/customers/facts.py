"""The facts of a customer and what each must look like: one table for portal, console, admin and import alike.

A fact is text. `clean` returns the facts as they are kept (trimmed, codes in their usual case); `faults` says in plain
words what is wrong with them. Text is text: markup, formulas and emoji are kept as they came.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import lei as lei_numbers

from accounts.customers.models import Customer

UNWANTED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
PHONE: Final = re.compile(r"[+()0-9 ./x,;ext-]{3,40}", re.IGNORECASE)


@cache
def _countries() -> frozenset[str]:
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) - {"ZZ", "EU", "UN", "EZ"}


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


# Fact -> the question a filled-in value must pass, and what is said when it does not.
RULES: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "country": (lambda value: value in _countries(), "is no country code (two letters, such as DE)"),
    "currency": (lambda value: value in _currencies(), "is no currency code (three letters, such as EUR)"),
    "timezone": (lambda value: value in _timezones(), "is no time zone (such as Europe/Berlin)"),
    "language": (lambda value: bool(LANGUAGE.fullmatch(value)), "is no language code (such as en)"),
    "tier": (lambda value: value in Customer.Tier.values, f"is no tier ({', '.join(Customer.Tier.values)})"),
    "stage": (lambda value: value in Customer.Stage.values, f"is no stage ({', '.join(Customer.Stage.values)})"),
    "email": (_is_email, "is no e-mail address"),
    "phone": (lambda value: bool(PHONE.fullmatch(value)), "is no phone number"),
    "lei": (lambda value: bool(lei_numbers.is_valid(value)), "is no LEI (20 characters with valid check digits)"),
}
IN_CAPITALS: Final = frozenset({"country", "currency", "lei"})
IN_SMALL_LETTERS: Final = frozenset({"tier", "stage", "email"})
# What may not be left empty keeps the house's default when nothing is said.
DEFAULTS: Final = {
    name: str(Customer._meta.get_field(name).get_default()) for name in ("language", "currency", "timezone", "tier", "stage")
}
FACTS: Final = (
    "name", "legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city",
    "language", "currency", "timezone", "tier", "stage", "external_id", "cost_centre",
)  # fmt: skip
LENGTHS: Final[dict[str, int]] = {name: Customer._meta.get_field(name).max_length or 0 for name in (*FACTS, "ref")}


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Return the facts as they are kept: trimmed, codes in their usual case, defaults in place of nothing."""
    return {name: _kept(name, value) for name, value in values.items()}


def _kept(name: str, value: str) -> str:
    trimmed = value.strip()
    if name in IN_CAPITALS:
        trimmed = trimmed.upper()
    elif name in IN_SMALL_LETTERS:
        trimmed = trimmed.lower()
    return trimmed or DEFAULTS.get(name, "")


def faults(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (fact, what is wrong with it) for each cleaned value that cannot be kept."""
    found = [(name, _fault(name, value)) for name, value in values.items()]
    return [(name, reason) for name, reason in found if reason]


def _fault(name: str, value: str) -> str:
    if name not in LENGTHS:
        return "is not a fact kept of customers"
    if UNWANTED.search(value):
        return "contains control characters"
    if len(value) > LENGTHS[name]:
        return f"is longer than {LENGTHS[name]} characters ({len(value)})"
    if not value:
        return "is empty" if name in {"name", "ref"} else ""
    passes, complaint = RULES.get(name, (bool, ""))
    return "" if passes(value) else f"{_shortened(value)} {complaint}"


def _shortened(value: str) -> str:
    return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}…"'
