"""Finding: the pairs among many records that are likely to be one, each with its score and why. Pure.

Only records that share a block are compared, so the work grows with the records and not with their square. A block that
too many share (a common word, a switchboard's phone) tells nothing and is passed over; what is one shares a rarer one too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from types import ModuleType
from typing import Final

from accounts.quality.matching import corpus, evidence, organisations, persons, sites
from accounts.quality.matching.corpus import Corpus
from accounts.quality.matching.evidence import CANDIDATE, Match
from accounts.quality.matching.records import ORGANISATIONS, PERSONS, SITES, Record

KINDS: Final[dict[str, ModuleType]] = {ORGANISATIONS: organisations, SITES: sites, PERSONS: persons}
LARGEST_BLOCK: Final = 60


def find(records: Iterable[Record], kinds: Iterable[str], *, at_least: float = CANDIDATE) -> list[Match]:
    """Return the pairs among `records` that score at least so much, the likeliest first.

    Compared as several kinds, a pair has the best of its scores.
    """
    known = {record.id: record for record in records}
    common = corpus.of_records(known.values())
    best: dict[tuple[str, str], Match] = {}
    for kind in kinds:
        for a, b in pairs(known.values(), kind):
            match = compare(known[a], known[b], kind, common)
            if match.score >= at_least and ((a, b) not in best or match.score > best[a, b].score):
                best[a, b] = match
    return sorted(best.values(), key=lambda match: (-match.score, match.a, match.b))


def pairs(records: Iterable[Record], kind: str) -> Iterator[tuple[str, str]]:
    """Yield each pair of ids that shares a block, once, the smaller id first."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for key in set(KINDS[kind].keys(record)):
            blocks[key].append(record.id)
    seen: set[tuple[str, str]] = set()
    for block in blocks.values():
        if 1 < len(block) <= LARGEST_BLOCK:
            fresh = {(a, b) if a < b else (b, a) for a, b in combinations(block, 2)} - seen
            seen |= fresh
            yield from sorted(fresh)


def compare(a: Record, b: Record, kind: str, common: Corpus) -> Match:
    """Weigh two records of one kind against each other."""
    found = KINDS[kind].compare(a, b, common)
    return Match(a.id, b.id, round(evidence.score(found), 4), evidence.told(found))
