"""Addresses: a street line taken apart into house number and the words that name the street. Pure.

The number may stand first (6011 S. Rockwell) or last (Musterstraße 12a); words that every street has (street, avenue, rue,
north) are left out, so that a street is the same however fully it is written.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from accounts.quality.matching.words import plain

STREET_WORDS: Final = frozenset(
    [
        "street",
        "st",
        "str",
        "strasse",
        "avenue",
        "ave",
        "av",
        "boulevard",
        "blvd",
        "road",
        "rd",
        "drive",
        "dr",
        "place",
        "pl",
        "court",
        "ct",
        "lane",
        "ln",
        "way",
        "terrace",
        "ter",
        "circle",
        "cir",
        "square",
        "sq",
        "parkway",
        "pkwy",
        "highway",
        "hwy",
        "crescent",
        "cres",
        "close",
        "rue",
        "via",
        "viale",
        "piazza",
        "calle",
        "carrer",
        "avenida",
        "rua",
        "weg",
        "platz",
        "allee",
        "gasse",
        "laan",
        "straat",
        "plaza",
        "plein",
        "ulica",
        "ul",
        "ulitsa",
        "utca",
        "vej",
        "gata",
        "gatan",
        "katu",
        "tie",
        "doctor",
        "martin",
        "luther",
        "jr",
        "the",
        "de",
        "la",
        "du",
        "del",
        "des",
        "of",
    ]
)
DIRECTIONS: Final = {"north": "n", "south": "s", "east": "e", "west": "w", "nord": "n", "sud": "s", "ost": "e", "est": "e"}
COMPASS: Final = frozenset(["n", "s", "e", "w", "ne", "nw", "se", "sw"])
SUITES: Final = re.compile(r"\b(suite|ste|apt|unit|floor|fl|room|rm|bldg|building|flat|level|p o box|po box)\b.*$")
JOINED: Final = re.compile(r"(strasse|straat|str|weg|platz|allee|gasse|gata|gatan|vej|laan|ulica)$")
ORDINAL: Final = re.compile(r"^(\d+)(st|nd|rd|th)$")
HOUSE: Final = re.compile(r"^\d+[a-z]?$")


@dataclass(frozen=True, slots=True)
class Address:
    """A street line: the house number and the words that tell the street from others."""

    house: str = ""
    street: tuple[str, ...] = ()


@lru_cache(maxsize=200_000)
def parse(number: str, line: str) -> Address:
    """Return house and street of an address `line`, whose house `number` may stand in a column of its own."""
    words = SUITES.sub("", plain(line)).split() or plain(line).split()
    house = plain(number).split(" ")[0]
    if not house and words:
        house, words = _house(words)
    return Address(house, tuple(_street(words)))


def _house(words: list[str]) -> tuple[str, list[str]]:
    if HOUSE.match(words[0]):
        rest = words[1:]
        # 4753-59 West …: a span of houses counts by its first number.
        while len(rest) > 1 and HOUSE.match(rest[0]) and not ORDINAL.match(rest[0]):
            rest = rest[1:]
        return words[0], rest
    last = next((place for place in range(len(words) - 1, 0, -1) if HOUSE.match(words[place])), 0)
    return (words[last], words[:last] + words[last + 1 :]) if last else ("", words)


def _street(words: list[str]) -> list[str]:
    bare = [ORDINAL.sub(r"\1", DIRECTIONS.get(word, word)) for word in words]
    naming = [JOINED.sub("", word) or word for word in bare if word not in STREET_WORDS and word not in COMPASS]
    return naming or [word for word in bare if word not in COMPASS] or bare
