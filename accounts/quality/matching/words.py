"""Words: names and addresses brought to one spelling, and how near two spellings are. Pure.

Accents are dropped, ß is ss, Cyrillic and Greek are written in Latin letters; other scripts stay as they are. Distances
count a swap of neighbours as one change.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

CYRILLIC: Final = dict(
    zip(
        "абвгґдеёєжзиіїйклмнопрстуфхцчшщъыьэюя",
        "a b v g g d e e e zh z i i i i k l m n o p r s t u f kh ts ch sh shch . y . e iu ia".replace(".", "").split(" "),
        strict=True,
    )
)
GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
        ],
        strict=True,
    )
)
LATIN: Final = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "&": " and "}
LETTERS: Final = str.maketrans(CYRILLIC | GREEK | LATIN)
APOSTROPHES: Final = re.compile(r"[’'`´ʼ.]")
NO_WORD: Final = re.compile(r"[^\w]+|_+")

# Legal forms say what a company is, not which; they are left out wherever they stand at the end of a name.
LEGAL_FORMS: Final = frozenset(
    [
        "ab",
        "ag",
        "aktiengesellschaft",
        "as",
        "asa",
        "bv",
        "bvba",
        "co",
        "company",
        "corp",
        "corporation",
        "cv",
        "doo",
        "eg",
        "eood",
        "ev",
        "gbr",
        "gesellschaft",
        "gmbh",
        "ggmbh",
        "inc",
        "incorporated",
        "kabushiki",
        "kaisha",
        "kg",
        "kgaa",
        "kk",
        "kft",
        "limited",
        "llc",
        "llp",
        "ltd",
        "ltda",
        "lp",
        "mbh",
        "nv",
        "ohg",
        "oao",
        "ooo",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "pvt",
        "sa",
        "sarl",
        "sas",
        "sasu",
        "se",
        "sl",
        "slu",
        "spa",
        "spol",
        "sp",
        "srl",
        "sro",
        "ug",
        "zoo",
        "zrt",
        "ry",
        "rf",
        "aps",
        "gmbhcokg",
        "gmbhco",
    ]
)
SMALL_WORDS: Final = frozenset(
    [
        "a",
        "al",
        "an",
        "and",
        "at",
        "aux",
        "da",
        "das",
        "de",
        "degli",
        "dei",
        "del",
        "della",
        "delle",
        "der",
        "des",
        "di",
        "die",
        "do",
        "dos",
        "du",
        "e",
        "ed",
        "el",
        "en",
        "et",
        "for",
        "fur",
        "fuer",
        "im",
        "in",
        "la",
        "las",
        "le",
        "les",
        "los",
        "of",
        "on",
        "the",
        "to",
        "und",
        "van",
        "von",
        "vom",
        "y",
        "zu",
        "zum",
        "zur",
        "i",
        "w",
        "na",
        "the",
    ]
)


@lru_cache(maxsize=500_000)
def plain(text: str) -> str:
    """Return `text` in small Latin letters where it can be, without accents or punctuation, words one space apart."""
    apart = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text.casefold()))
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return NO_WORD.sub(" ", bare.translate(LETTERS)).strip()


@lru_cache(maxsize=500_000)
def core(name: str) -> tuple[str, ...]:
    """Return the words of a plain name that tell it from others: no legal form at its end, no small words."""
    kept = [word for word in name.split() if word not in SMALL_WORDS]
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return tuple(kept) or tuple(name.split())


def initials(words: Iterable[str]) -> str:
    """Return the first letters: an acronym that people may write instead."""
    return "".join(word[0] for word in words)


@lru_cache(maxsize=500_000)
def trigrams(text: str) -> frozenset[str]:
    """Return the pieces of three letters of `text`, its ends included; spaces do not count."""
    padded = f"  {text.replace(' ', '')} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2)) if text else frozenset()


def alike(one: str, other: str) -> float:
    """Return how much of their trigrams two spellings share (Dice), from 0 to 1."""
    if one == other:
        return 1.0 if one else 0.0
    mine, theirs = trigrams(one), trigrams(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


@lru_cache(maxsize=500_000)
def changes(one: str, other: str) -> int:
    """Return how many letters must be added, dropped, changed or swapped with their neighbour to get from one to the other."""
    if one == other:
        return 0
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, mine in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, theirs in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mine != theirs))
            if i > 1 and j > 1 and mine == other[j - 2] and one[i - 2] == theirs:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
    return row[-1]


def misspelt(one: str, other: str) -> bool:
    """Say whether two words may be one with a slip or two of the pen: at most one change in five letters."""
    longest = max(len(one), len(other))
    if longest < 4 or abs(len(one) - len(other)) > longest // 4:
        return False
    return changes(one, other) <= max(1, longest // 5)
