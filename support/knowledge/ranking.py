"""Ranking: which of the articles found answer a question, and whether any of them does.

Two witnesses speak of each article: how near its meaning is to the question (about 0 to 1), and how much of the question
stands in it word by word (0 to 1: as much as in the best). Meaning decides; words break ties and bring up names that only
stand in the text. A question that lies as near to what no article answers as to any article gets none.
The numbers were found by benchmarks/answers.py on the part of the questions kept for tuning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WORDS_COUNT: Final = 0.05
NOBODYS_COUNTS: Final = 0.6
SHARE_COUNTS: Final = 0.2
ENOUGH: Final = 0.34
ALL_WORDS: Final = 1.0
BESIDE_THE_BEST: Final = 0.5


@dataclass(frozen=True)
class Worded:
    """How much an article is worth by the words found in it, and which share of the words asked it holds."""

    worth: float
    share: float


def ranked(meanings: Mapping[int, float], words: Mapping[int, Worded]) -> dict[int, float]:
    """Return how well each article answers, best first; those not half as good as the best are left out."""
    most = max((found.worth for found in words.values()), default=0.0) or 1.0
    scores = {
        article: meanings.get(article, 0.0) + (WORDS_COUNT * words[article].worth / most if article in words else 0.0)
        for article in [*meanings, *(article for article in words if article not in meanings)]
    }
    least = max(scores.values(), default=0.0) * BESIDE_THE_BEST
    good = ((article, score) for article, score in scores.items() if score >= least)
    return dict(sorted(good, key=lambda item: (-item[1], item[0])))


def answers(meanings: Mapping[int, float], nobodys: float, words: Mapping[int, Worded]) -> bool:
    """Say whether any article answers: one is near enough and holds enough of the words, or one holds all that was asked."""
    shares = {article: found.share for article, found in words.items()}
    likely = (meanings.get(article, 0.0) + SHARE_COUNTS * shares.get(article, 0.0) for article in {*meanings, *shares})
    return max(likely, default=0.0) - NOBODYS_COUNTS * nobodys >= ENOUGH or max(shares.values(), default=0.0) >= ALL_WORDS
