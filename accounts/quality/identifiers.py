"""Identifiers: numbers that prove themselves (VAT, IBAN, LEI, creditor reference, Leitweg-ID and others). Pure.

`fault` says in plain words what is wrong with a number, or nothing; `compact` gives the form that is kept and compared. A
number is judged by its own published rule (python-stdnum), so one changed or swapped digit is found wherever a rule has
check digits. Countries whose numbers carry none are judged by their shape.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from stdnum import bic, get_cc_module, iban, iso11649, lei
from stdnum.de import handelsregisternummer, leitweg, stnr
from stdnum.eu import at_02
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError
from stdnum.fr import siren, siret
from stdnum.gb import utr
from stdnum.nl import bsn
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr
from stdnum.us import tin as us_tin

Validate = Callable[[str], str]

VAT, TAX_ID, REGISTRATION, IBAN, BIC = "vat", "tax_id", "registration", "iban", "bic"
LEI, CREDITOR_REFERENCE, LEITWEG_ID, SEPA_CREDITOR_ID = "lei", "creditor_reference", "leitweg_id", "sepa_creditor_id"

# Country prefixes that differ from the ISO code of the country.
VAT_PREFIXES: Final = {"EL": "gr", "GR": "gr", "CHE": "ch"}
MEMBER_STATES: Final = frozenset(code.upper() for code in eu_vat.MEMBER_STATES) | {"EL"}
# Tax numbers and register numbers that a country uses beside its VAT number.
OTHER_TAX_NUMBERS: Final[dict[str, tuple[ModuleType, ...]]] = {
    "DE": (stnr,), "FR": (siren, siret), "GB": (utr,), "NL": (bsn,), "US": (us_tin,), "SE": (se_orgnr,), "NO": (no_orgnr,),
}  # fmt: skip
REGISTERS: Final[dict[str, tuple[ModuleType, ...]]] = {
    "DE": (handelsregisternummer,), "FR": (siren, siret), "SE": (se_orgnr,), "NO": (no_orgnr,),
}  # fmt: skip
LONGEST: Final = 60


@dataclass(frozen=True)
class _Kind:
    """A kind of number: what people call it, and the published rules of which one must hold in the given country."""

    label: str
    rules: Callable[[str, str], Iterator[Validate]]


def kinds() -> frozenset[str]:
    """Return the kinds of numbers that can be judged."""
    return frozenset(KINDS)


def is_valid(kind: str, number: str, country: str = "") -> bool:
    """Say whether `number` is a valid one of its kind; `country` (ISO, two letters) where the kind depends on it."""
    return not fault(kind, number, country)


def fault(kind: str, number: str, country: str = "") -> str:
    """Say what is wrong with `number` ("is no VAT number: its check digit is wrong"), or return an empty string.

    Raises:
        LookupError: there is no such kind of number.
    """
    known = KINDS[kind]
    if len(number) > LONGEST:
        return _told(known, TOO_LONG)
    complaints = [_complaint(rule, number) for rule in known.rules(number.strip(), country.upper())]
    if not complaints or "" in complaints:
        return ""
    return _told(known, min(complaints, key=_how_near))


def compact(kind: str, number: str, country: str = "") -> str:
    """Return `number` as it is kept and compared: its rule's own short form, or its letters and digits if no rule takes it."""
    for rule in KINDS[kind].rules(number.strip(), country.upper()):
        try:
            return rule(number)
        except ValidationError:
            continue
    return "".join(filter(str.isalnum, number)).upper()


CHECK_DIGIT: Final = gettext_noop("its check digit is wrong")
UNKNOWN_PART: Final = gettext_noop("it has a part that does not exist")
WRONG_LENGTH: Final = gettext_noop("it has the wrong length")
WRONG_SHAPE: Final = gettext_noop("it does not have that form")
TOO_LONG: Final = gettext_noop("it is too long")
# The nearest miss is the one worth telling: a wrong digit is nearer than a wrong form.
NEARNESS: Final = (CHECK_DIGIT, UNKNOWN_PART, WRONG_LENGTH, WRONG_SHAPE)


def _told(kind: _Kind, complaint: str) -> str:
    """Say it in the reader's language."""
    return _("is no {label}: {complaint}").format(label=_(kind.label), complaint=_(complaint))


def _complaint(rule: Validate, number: str) -> str:
    try:
        rule(number)
    except InvalidChecksum:
        return CHECK_DIGIT
    except InvalidComponent:
        return UNKNOWN_PART
    except InvalidLength:
        return WRONG_LENGTH
    except ValidationError:
        return WRONG_SHAPE
    return ""


def _how_near(complaint: str) -> int:
    return NEARNESS.index(complaint)


def _always(validate: Validate) -> Callable[[str, str], Iterator[Validate]]:
    def rules(number: str, country: str) -> Iterator[Validate]:
        yield validate

    return rules


def _vat_rules(number: str, country: str) -> Iterator[Validate]:
    """The rule of the country the number itself names; without a prefix, of the country it is said to be from."""
    prefix = "".join(filter(str.isalnum, number)).upper()[:3]
    if prefix[:2] in MEMBER_STATES:
        yield eu_vat.validate
    elif prefix in VAT_PREFIXES or (country and country not in MEMBER_STATES):
        yield from _national(VAT_PREFIXES.get(prefix, country))
    elif country in MEMBER_STATES:
        yield from _national(VAT_PREFIXES.get(country, country))
    else:
        yield eu_vat.validate


def _tax_rules(number: str, country: str) -> Iterator[Validate]:
    """VAT numbers, whichever member state registered them, and the other tax numbers of the country, if we know any."""
    prefix = "".join(filter(str.isalnum, number)).upper()[:2]
    if prefix in MEMBER_STATES:
        yield eu_vat.validate
    yield from _national(VAT_PREFIXES.get(country, country))
    yield from (module.validate for module in OTHER_TAX_NUMBERS.get(country, ()))


def _register_rules(number: str, country: str) -> Iterator[Validate]:
    return (module.validate for module in REGISTERS.get(country, ()))


@cache
def _national(country: str) -> tuple[Validate, ...]:
    module = get_cc_module(country, "vat") if country else None
    return (module.validate,) if module else ()


KINDS: Final = {
    VAT: _Kind(gettext_noop("VAT number"), _vat_rules),
    TAX_ID: _Kind(gettext_noop("tax number"), _tax_rules),
    REGISTRATION: _Kind(gettext_noop("registration number"), _register_rules),
    IBAN: _Kind("IBAN", _always(iban.validate)),
    BIC: _Kind("BIC", _always(bic.validate)),
    LEI: _Kind("LEI", _always(lei.validate)),
    CREDITOR_REFERENCE: _Kind(gettext_noop("creditor reference"), _always(iso11649.validate)),
    LEITWEG_ID: _Kind("Leitweg-ID", _always(leitweg.validate)),
    SEPA_CREDITOR_ID: _Kind(gettext_noop("SEPA creditor identifier"), _always(at_02.validate)),
}
