"""Sites: whether two records speak of one place: house and street, phone, postcode, name. Pure.

One house does not make one site: some likeness of the names or the same phone must come to it. A site that moved a few
doors on, or whose number was mistyped, is found by street, name and phone.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from accounts.quality.matching.corpus import Agreement, Corpus
from accounts.quality.matching.evidence import Evidence
from accounts.quality.matching.records import Record
from accounts.quality.matching.words import alike, changes

START: Final = -8.6
SAME_NAME, PART_OF_NAME = 3.0, 2.0
SAME_ADDRESS, SAME_HOUSE, OTHER_HOUSE, NEXT_DOOR = 7.6, 1.5, -2.5, 5.0
SAME_PHONE, NEAR_PHONE, OTHER_PHONE = 3.2, 2.6, -0.3
SAME_POSTCODE, OTHER_POSTCODE, OTHER_TOWN = 0.7, -1.5, -3.0
OTHER_ORDINAL: Final = -2.2
SAME_EMAIL, SAME_HOST, SAME_TAX_ID = 4.0, 2.5, 5.0
NO_ADDRESS_SAME_NAME: Final = 3.0
STREET_IS_SAME, STREET_IS_LIKE = 0.8, 0.7
NEIGHBOURS: Final = 30
# Words that tell one house of an owner from another.
ORDINALS: Final = {"1": "1", "i": "1", "2": "2", "ii": "2", "3": "3", "iii": "3", "4": "4", "iv": "4", "5": "5", "v": "5"}
COMPASS: Final = frozenset({"east", "west", "north", "south"})


def keys(record: Record) -> Iterator[str]:
    """Yield the blocks a site belongs to."""
    yield from (f"{name}:{value}" for name, value in (("p", record.phone), ("e", record.email)) if value)
    yield from (f"t:{number}" for number in record.tax_ids)
    yield from (f"w:{host}" for host in record.hosts)
    yield from _place_keys(record)
    yield from (f"sw:{street}{word}" for street in record.street[:3] for word in record.words[:6])
    yield from (f"ww:{one} {other}" for one, other in combinations(sorted(set(record.words[:7])), 2))


def _place_keys(record: Record) -> Iterator[str]:
    place = record.postcode or record.city
    if record.house:
        yield from (f"hs:{record.house}{word[:4]}" for word in record.street)
        yield f"hz:{record.house}{place}"
    if place:
        yield from (f"zw:{place}{word[:6]}" for word in record.words[:8] if len(word) > 3)


def compare(a: Record, b: Record, corpus: Corpus) -> list[Evidence]:
    """Weigh what two sites agree and differ in."""
    names = corpus.agreement(a.words, b.words)
    found = [
        Evidence(START),
        Evidence(SAME_NAME * names.overall, _names(names, a, b)),
        Evidence(PART_OF_NAME * names.within),
        *_address(a, b, names),
        *_phone(a, b),
        *_place(a, b),
    ]
    if (mine := _ordinals(a)) and (theirs := _ordinals(b)) and not mine & theirs:
        found.append(Evidence(OTHER_ORDINAL, f"told apart by {min(mine)} and {min(theirs)}"))
    return [*found, *_numbers(a, b)]


def _names(names: Agreement, a: Record, b: Record) -> str:
    if names.within < 0.25 or not a.names or not b.names:
        return ""
    return f"same name: {a.names[0]}" if a.names[0] == b.names[0] else f"similar names: {a.names[0]}, {b.names[0]}"


def _address(a: Record, b: Record, names: Agreement) -> Iterator[Evidence]:
    if not (a.street or a.house) or not (b.street or b.house):
        yield Evidence(NO_ADDRESS_SAME_NAME * names.overall)
        return
    street = _street(a.street, b.street)
    if a.house == b.house:
        yield _one_house(a, street)
    elif street > STREET_IS_LIKE and _next_door(a.house, b.house):
        yield Evidence(NEXT_DOOR, f"near on one street: {a.house} and {b.house} {' '.join(a.street)}")
    else:
        yield Evidence(OTHER_HOUSE + street, "addresses differ")


def _one_house(a: Record, street: float) -> Evidence:
    if street < STREET_IS_SAME:
        return Evidence(SAME_HOUSE + 2 * street if a.house else OTHER_HOUSE)
    if a.house:
        return Evidence(SAME_ADDRESS, f"same address: {a.house} {' '.join(a.street)}")
    return Evidence(SAME_ADDRESS - 2, f"same street: {' '.join(a.street)}")


def _street(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    whole = alike(" ".join(mine), " ".join(theirs))
    return max(0.9, whole) if set(mine) & set(theirs) else whole


def _next_door(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and abs(int(one) - int(other)) <= NEIGHBOURS


def _phone(a: Record, b: Record) -> Iterator[Evidence]:
    if not a.phone or not b.phone:
        return
    if _same_phone(a.phone, b.phone):
        yield Evidence(SAME_PHONE, f"same phone: {a.phone}")
    elif changes(a.phone, b.phone) == 1:
        yield Evidence(NEAR_PHONE, f"phones differ in one digit: {a.phone}, {b.phone}")
    else:
        yield Evidence(OTHER_PHONE, "phones differ")


def _same_phone(one: str, other: str) -> bool:
    """One number, whether or not its area code is written."""
    return one == other or (min(len(one), len(other)) >= 7 and (one.endswith(other) or other.endswith(one)))


def _place(a: Record, b: Record) -> Iterator[Evidence]:
    if a.postcode and b.postcode:
        same = a.postcode[:5] == b.postcode[:5]
        yield Evidence(SAME_POSTCODE if same else OTHER_POSTCODE, f"same postcode: {a.postcode}" if same else "postcodes differ")
    if a.city and b.city and alike(a.city, b.city) < 0.6:
        yield Evidence(OTHER_TOWN / 2, f"towns differ: {a.city}, {b.city}")
    if a.country and b.country and a.country != b.country:
        yield Evidence(OTHER_TOWN, f"countries differ: {a.country}, {b.country}")


def _numbers(a: Record, b: Record) -> Iterator[Evidence]:
    if a.email and a.email == b.email:
        yield Evidence(SAME_EMAIL, f"same e-mail: {a.email}")
    if a.hosts and b.hosts and a.hosts[0] == b.hosts[0]:
        yield Evidence(SAME_HOST, f"same website: {a.hosts[0]}")
    if common := a.tax_ids & b.tax_ids:
        yield Evidence(SAME_TAX_ID, f"same number: {min(common)}")


def _ordinals(record: Record) -> frozenset[str]:
    return frozenset(ORDINALS.get(word, word) for word in record.words if word in ORDINALS or word in COMPASS)
