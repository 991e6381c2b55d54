"""Evidence: what two records agree or differ in, and the score it adds up to. Pure.

A weight is the natural logarithm of the odds that the two are one: weights add up, and the score is the probability they
come to. The weights were fitted on labelled records and rounded; docs/decisions tells how and what a held-out half gave.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# At this score a pair is worth a person's look; below, it is none.
CANDIDATE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing two records agree or differ in. Without `text` it weighs but is not told."""

    weight: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A pair that may be one: the ids in order, a score from 0 to 1, and what speaks for and against, heaviest first."""

    a: str
    b: str
    score: float
    why: tuple[str, ...]


def score(found: Iterable[Evidence]) -> float:
    """Return the probability that the odds add up to."""
    total = sum(piece.weight for piece in found)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def told(found: Iterable[Evidence]) -> tuple[str, ...]:
    """Return what is worth telling, heaviest first; what speaks against is marked."""
    heaviest = sorted((piece for piece in found if piece.text and abs(piece.weight) >= 0.2), key=lambda piece: -abs(piece.weight))
    return tuple(piece.text if piece.weight > 0 else f"against: {piece.text}" for piece in heaviest)
