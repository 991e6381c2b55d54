"""Rules: what the facts of a customer must look like, in one table for portal, back office, administration, API and import.

Each rule has an id people can quote, a version that rises when its meaning changes, the fact it is about, whom it applies to, and
a severity: a rule that *refuses* keeps a value from being written; one that *lowers* takes its weight off the customer's score
and puts it before a steward. A rule answers with what is wrong, in words fit to show after the fact's name, or with nothing.

What managers made of one (severity, weight, days) stands in rules_in_force.py; a rule that stays as it is says why.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import writing
from accounts.customers.models import Customer
from accounts.quality import identifiers

REFUSES, LOWERS, OFF = "refuses", "lowers", "off"
ANY: Final = (REFUSES, LOWERS, OFF)
EVERYONE: Final = gettext_noop("every customer")
LEGAL: Final = gettext_noop("customers that carry legal data")
WITH_ADDRESS: Final = gettext_noop("customers with an address")

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
PHONE: Final = re.compile(r"[+()0-9 ./x,;ext-]{3,40}", re.IGNORECASE)
FEWEST_DIGITS: Final = 3
CONFIRMED_WITHIN: Final = 365
MAIL: Final = gettext_noop("Mail cannot be sent otherwise, so it always refuses.")
LEI: Final = gettext_noop("The standard proves LEIs by their check digits, so it always refuses.")
KNOWN: Final = gettext_noop("Screens, texts and other rules know no other, so it always refuses.")
COMPUTED: Final = gettext_noop("Taxes, days and amounts are worked out from it, so it always refuses.")
TAX_LAW: Final = gettext_noop("Tax law proves numbers by their check digits, so it always refuses.")
INVOICE_LAW: Final = gettext_noop("Tax law wants it on invoices, so it always lowers the score.")
POSTCODES: Final = {
    "AT": r"\d{4}", "AU": r"\d{4}", "BE": r"\d{4}", "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d", "CH": r"\d{4}", "CZ": r"\d{3} ?\d{2}",
    "DE": r"\d{5}", "DK": r"\d{4}", "ES": r"\d{5}", "FI": r"\d{5}", "FR": r"\d{5}", "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "HU": r"\d{4}", "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "IT": r"\d{5}", "LU": r"(L-)?\d{4}", "NL": r"\d{4} ?[A-Z]{2}",
    "NO": r"\d{4}", "PL": r"\d{2}-\d{3}", "PT": r"\d{4}-\d{3}", "SE": r"\d{3} ?\d{2}", "US": r"\d{5}(-\d{4})?",
}  # fmt: skip
VAT_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Subject:
    """What rules look at: the facts, whether the customer carries legal data, when they were last confirmed, and the day."""

    facts: Mapping[str, str]
    legal: bool = False
    confirmed_on: date | None = None
    on: date | None = None

    def says(self, fact: str) -> str:
        """Return the fact, or nothing."""
        return self.facts.get(fact, "")


@dataclass(frozen=True)
class Rule:
    """One rule; `complaint` says what is wrong with a subject, or nothing.

    `may_be` are the severities managers may give it, `stays` says why no other; `days` is its limit where it has one.
    """

    id: str
    fact: str
    severity: str
    applies_to: str
    complaint: Callable[[Subject], str]
    weight: int = 0
    version: int = 1
    owner: str = gettext_noop("data steward")
    may_be: tuple[str, ...] = ()
    stays: str = ""
    days: int = 0

    def broken_by(self, subject: Subject) -> str:
        """Return what is wrong, or nothing when the rule holds or does not apply."""
        if self.applies_to == LEGAL and not subject.legal:
            return ""
        if self.applies_to == WITH_ADDRESS and not (subject.says("street") or subject.says("city")):
            return ""
        return self.complaint(subject)


def refusing(fact: str, among: Iterable[Rule] | None = None) -> list[Rule]:
    """Return the rules that keep a value of this fact from being written: of some rules, else of those that came with Accord."""
    return [rule for rule in (RULES if among is None else among) if rule.severity == REFUSES and rule.fact == fact]


def lowering(among: Iterable[Rule] | None = None) -> list[Rule]:
    """Return the rules that a score is made of: of some rules, else of those that came with Accord."""
    return [rule for rule in (RULES if among is None else among) if rule.severity == LOWERS]


def quoted(value: str) -> str:
    """Return a value as it is shown in a complaint: short, in quotation marks."""
    return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}…"'


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


def _is_phone(value: str) -> bool:
    return bool(PHONE.fullmatch(value)) and sum(map(str.isdigit, value)) >= FEWEST_DIGITS


def _format(
    fact: str, passes: Callable[[str], bool], complaint: str, *, may_be: tuple[str, ...] = (), stays: str = COMPUTED
) -> Rule:
    """The rule that a filled-in value has its form."""

    def complain(subject: Subject) -> str:
        value = subject.says(fact)
        return f"{quoted(value)} {_(complaint)}" if value and not passes(value) else ""

    return Rule(f"{fact}.format", fact, REFUSES, EVERYONE, complain, may_be=may_be, stays=stays)


def _check_digit(fact: str) -> Rule:
    """The rule that a number proves itself, by the rules of the customer's country where they differ."""

    def complain(subject: Subject) -> str:
        value = subject.says(fact)
        fault = identifiers.fault(fact, value, subject.says("country")) if value else ""
        return f"{quoted(value)} {fault}" if fault else ""

    return Rule(f"{fact}.check_digit", fact, REFUSES, EVERYONE, complain, stays=TAX_LAW)


def _required(fact: str, weight: int, words: str, *, may_be: tuple[str, ...] = (LOWERS,), stays: str = INVOICE_LAW) -> Rule:
    """The rule that a fact is filled in, for customers that carry legal data."""

    def complain(subject: Subject) -> str:
        return "" if subject.says(fact) else _(words)

    return Rule(f"{fact}.required", fact, LOWERS, LEGAL, complain, weight, may_be=may_be, stays=stays)


def _tax_id_in_the_eu(subject: Subject) -> str:
    if subject.says("tax_id") or subject.says("country") not in {"", *identifiers.MEMBER_STATES}:
        return ""
    return _("is missing: invoices within the EU need it")


def _postcode(subject: Subject) -> str:
    form, value = POSTCODES.get(subject.says("country")), subject.says("postcode").upper()
    if not form or not value or re.fullmatch(form, value):
        return ""
    return _("{value} is no postcode of {country}").format(value=quoted(value), country=subject.says("country"))


def _tax_country(subject: Subject) -> str:
    found = VAT_COUNTRY.match(subject.says("tax_id"))
    prefix = {"EL": "GR", "XI": "GB"}.get(found[0], found[0]) if found else ""
    if not prefix or prefix not in _countries() or subject.says("country") in {"", prefix}:
        return ""
    return _("is registered in {prefix}, but the address is in {country}").format(prefix=prefix, country=subject.says("country"))


def fresh_within(days: int) -> Callable[[Subject], str]:
    """Return what complains when the facts were last confirmed more than so many days ago, or nothing."""

    def complain(subject: Subject) -> str:
        if subject.on is None or subject.confirmed_on is None or (subject.on - subject.confirmed_on).days <= days:
            return ""
        day = writing.day(subject.confirmed_on)
        if days == CONFIRMED_WITHIN:
            return _("were last confirmed on {day}, more than a year ago").format(day=day)
        return _("were last confirmed on {day}, more than {days} days ago").format(day=day, days=days)

    return complain


RULES: Final = (
    _format("country", lambda value: value in _countries(), gettext_noop("is no country code (two letters, such as DE)")),
    _format("currency", lambda value: value in _currencies(), gettext_noop("is no currency code (three letters, such as EUR)")),
    _format("timezone", lambda value: value in _timezones(), gettext_noop("is no time zone (such as Europe/Berlin)")),
    _format(
        "language", lambda value: bool(LANGUAGE.fullmatch(value)), gettext_noop("is no language code (such as en)"), stays=KNOWN
    ),
    _format("tier", lambda value: value in Customer.Tier.values, f"is no tier ({', '.join(Customer.Tier.values)})", stays=KNOWN),
    _format(
        "stage", lambda value: value in Customer.Stage.values, f"is no stage ({', '.join(Customer.Stage.values)})", stays=KNOWN
    ),
    _format("email", _is_email, gettext_noop("is no e-mail address"), stays=MAIL),
    _format("phone", _is_phone, gettext_noop("is no phone number"), may_be=ANY, stays=""),
    _format(
        "lei",
        lambda value: identifiers.is_valid("lei", value),
        gettext_noop("is no LEI (20 characters with valid check digits)"),
        stays=LEI,
    ),
    _check_digit("tax_id"),
    _required("country", 14, gettext_noop("is missing: taxes depend on it")),
    Rule("tax_id.required", "tax_id", LOWERS, LEGAL, _tax_id_in_the_eu, 18, may_be=(LOWERS,), stays=INVOICE_LAW),
    _required("street", 8, gettext_noop("is missing: invoices need the address")),
    _required("postcode", 5, gettext_noop("is missing: invoices need the address")),
    _required("city", 7, gettext_noop("is missing: invoices need the address")),
    _required("email", 10, gettext_noop("is missing: there is no address for notices"), may_be=(LOWERS, OFF), stays=""),
    Rule("postcode.form", "postcode", LOWERS, WITH_ADDRESS, _postcode, 6, may_be=ANY),
    Rule("tax_id.country", "tax_id", LOWERS, LEGAL, _tax_country, 12, may_be=ANY),
    Rule(
        "details.fresh",
        "details",
        LOWERS,
        LEGAL,
        fresh_within(CONFIRMED_WITHIN),
        5,
        owner=gettext_noop("the customer"),
        may_be=(LOWERS, OFF),
        days=CONFIRMED_WITHIN,
    ),  # fmt: skip
)
