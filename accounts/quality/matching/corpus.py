"""Corpus: how common a word or a website is among the records at hand, and how much two names agree by that measure. Pure.

A word that few names have says much (Weinviertel), one that many have says little (university). Misspelt and shortened
words count for most of their weight.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from accounts.quality.matching.records import Record
from accounts.quality.matching.words import misspelt

NEARLY: Final = 0.8
FEWEST: Final = 1_000


class Agreement(NamedTuple):
    """The weight of the words two names share, and of those only the one or only the other has."""

    shared: float
    mine: float
    theirs: float

    @property
    def overall(self) -> float:
        """The share of all words that both have, 0 to 1."""
        return self.shared / (self.shared + self.mine + self.theirs) if self.shared else 0.0

    @property
    def within(self) -> float:
        """How much of the shorter name stands in the longer one, 0 to 1."""
        return self.shared / (self.shared + self.apart) if self.shared else 0.0

    @property
    def apart(self) -> float:
        """The weight of what speaks against: words that each side has and the other has not."""
        return min(self.mine, self.theirs)


@dataclass(frozen=True)
class Corpus:
    """What is common among `size` records: how many names have a word, how many records share a website."""

    size: int
    words: Counter[str] = field(default_factory=Counter)
    sites: Counter[str] = field(default_factory=Counter)

    def weight(self, word: str) -> float:
        """Say how much a word tells, from about 0 (every name has it) to about 1 (no other has)."""
        return math.log((self.size + 1) / (self.words[word] + 0.5)) / math.log(self.size + 1)

    def agreement(self, mine: Iterable[str], theirs: Iterable[str]) -> Agreement:
        """Weigh which words two names share and which only one of them has."""
        here, there = set(mine), set(theirs)
        common = here & there
        left, right = here - common, there - common
        shared = sum(map(self.weight, common))
        for one in sorted(left) if right else ():
            other = next((word for word in sorted(right) if _one_word(one, word)), "")
            if other:
                shared += NEARLY * min(self.weight(one), self.weight(other))
                left.discard(one)
                right.discard(other)
        return Agreement(shared, sum(map(self.weight, left)), sum(map(self.weight, right)))

    def rarity(self, site: str) -> float:
        """Say how much a shared website tells: 1 when just two records have it, less the more do."""
        return 1 / max(1, self.sites[site] - 1)


def of_records(records: Iterable[Record]) -> Corpus:
    """Count words and websites over `records`; few records are taken for a part of a larger world."""
    words: Counter[str] = Counter()
    sites: Counter[str] = Counter()
    size = 0
    for record in records:
        size += 1
        words.update(set(record.words))
        sites.update({*record.hosts})
    return Corpus(max(size, FEWEST), words, sites)


@lru_cache(maxsize=500_000)
def _one_word(one: str, other: str) -> bool:
    """Say whether two words may be one: misspelt, or the one a shortening of the other (comm, community)."""
    if one[0] != other[0] and one[1:2] != other[1:2]:
        return False
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return (len(shorter) >= 3 and len(longer) >= 4 and longer.startswith(shorter)) or misspelt(one, other)
