"""Persons: whether two records speak of one person: names (also swapped), address, place, birth date, phone, e-mail. Pure."""

from collections.abc import Iterator
from typing import Final

from accounts.quality.matching.corpus import Corpus
from accounts.quality.matching.evidence import Evidence
from accounts.quality.matching.records import Record
from accounts.quality.matching.words import alike, changes

START: Final = -13.4
# How far a likeness from 0 to 1 moves the odds.
GIVEN, SURNAME, ADDRESS, CITY, POSTCODE, STATE = 2.7, 3.6, 6.2, 5.0, 5.1, 1.5
SAME_BIRTH_DATE: Final = 4.8
OTHER_BIRTH_DATE, OTHER_HOUSE = -0.6, -1.5
SAME_PHONE, SAME_EMAIL, SAME_TAX_ID = 4.0, 6.0, 10.0
UNKNOWN: Final = 0.35


def keys(record: Record) -> Iterator[str]:
    """Yield the blocks a person belongs to; misspelt records still share at least one."""
    first, last = sorted((record.given, record.surname))
    yield from (f"{name}:{value}" for name, value in (("b", record.born), ("p", record.phone), ("e", record.email)) if value)
    yield from (f"t:{number}" for number in record.tax_ids)
    if first:
        yield f"n:{first[:4]}{last[:4]}"
    if record.house:
        yield f"hp:{record.house}{record.postcode}"
        yield f"hc:{record.house}{record.city[:5]}"
        yield from (f"ha:{record.house}{word[:5]}" for word in record.address.split()[:4] if len(word) > 3)
    yield f"sp:{record.surname[:5]}{record.postcode}"
    yield f"gp:{record.given[:4]}{record.postcode}"
    yield f"a:{''.join(sorted(record.address.split()))[:14]}"


def compare(a: Record, b: Record, corpus: Corpus) -> list[Evidence]:
    """Weigh what two persons agree and differ in."""
    straight = _likeness(a.given, b.given), _likeness(a.surname, b.surname)
    swapped = _likeness(a.given, b.surname), _likeness(a.surname, b.given)
    given, surname = straight if sum(straight) >= sum(swapped) else swapped
    found = [
        Evidence(START),
        Evidence(GIVEN * given, _said("given name", given, a.given, b.given)),
        Evidence(SURNAME * surname, _said("surname", surname, a.surname, b.surname)),
        Evidence(ADDRESS * _address(a, b), _said("address", _address(a, b), a.address, b.address)),
        Evidence(CITY * _likeness(a.city, b.city), _said("town", _likeness(a.city, b.city), a.city, b.city)),
        Evidence(POSTCODE * _likeness(a.postcode, b.postcode), _said("postcode", 1.0, a.postcode, b.postcode)),
        Evidence(STATE * _likeness(a.state, b.state)),
    ]
    return [*found, *_birth(a, b), *_reach(a, b)]


def _birth(a: Record, b: Record) -> Iterator[Evidence]:
    if not a.born or not b.born:
        return
    if a.born == b.born:
        yield Evidence(SAME_BIRTH_DATE, f"same birth date: {a.born}")
    else:
        yield Evidence(OTHER_BIRTH_DATE, f"birth dates differ: {a.born}, {b.born}")


def _reach(a: Record, b: Record) -> Iterator[Evidence]:
    if a.house and b.house and a.house != b.house:
        yield Evidence(OTHER_HOUSE, f"house numbers differ: {a.house}, {b.house}")
    if a.phone and a.phone == b.phone:
        yield Evidence(SAME_PHONE, f"same phone: {a.phone}")
    if a.email and a.email == b.email:
        yield Evidence(SAME_EMAIL, f"same e-mail: {a.email}")
    if common := a.tax_ids & b.tax_ids:
        yield Evidence(SAME_TAX_ID, f"same number: {min(common)}")


def _address(a: Record, b: Record) -> float:
    return alike(a.address, b.address) if a.address and b.address else UNKNOWN


def _likeness(one: str, other: str) -> float:
    """From 0 to 1, the share of letters that need no change; unknown counts for little."""
    if not one or not other:
        return UNKNOWN
    return 1 - changes(one, other) / max(len(one), len(other))


def _said(what: str, likeness: float, one: str, other: str) -> str:
    if not one or not other or likeness < 0.4:
        return ""
    return f"same {what}: {one}" if one == other else f"similar {what}: {one}, {other}"
