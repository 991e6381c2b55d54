"""Nearness: which articles, and which questions asked before, mean nearly what is asked now.

Each process keeps the meanings of all articles and attached questions in memory (1 kB each) and looks before every answer
whether the knowledge has a new edition; then what was added, changed or taken away is read again, and only that. It holds all
of them, whoever may see them: what a person may read is decided by who asks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from support.knowledge import meaning, spelling, synonyms

NOBODYS: Final = 0
BEST_COUNTS: Final = 0.7
MEAN_OF: Final = 5

SAID: Final = """
SELECT 'title', id, id, title, xmin::text FROM support_article WHERE published AND (NOT %(named)s OR id = ANY(%(articles)s))
UNION ALL
SELECT 'body', id, id, title || '. ' || body, xmin::text FROM support_article
 WHERE published AND (NOT %(named)s OR id = ANY(%(articles)s))
UNION ALL
SELECT 'question', id, coalesce(article_id, 0), text, xmin::text FROM support_articlequestion
 WHERE state = 'attached' AND (NOT %(named)s OR id = ANY(%(questions)s))
"""
EDITION: Final = "SELECT number, xmin::text FROM support_edition WHERE id = 1"
STANDING: Final = """
SELECT 'article', id, xmin::text FROM support_article WHERE published
UNION ALL
SELECT 'question', id, xmin::text FROM support_articlequestion WHERE state = 'attached'
"""

Key = tuple[str, int]
Edition = tuple[int, str] | None


@dataclass(frozen=True)
class Saying:
    """One text: its article (`NOBODYS`: a question no article answers), its meaning, and the writing it stems from."""

    article: int
    direction: meaning.Vectors
    written: str


@dataclass(frozen=True)
class Near:
    """How near each article is, nearest first, and how near the nearest question that no article answers."""

    articles: Mapping[int, float]
    nobodys: float


class Remembered:
    """All that was said, side by side, so that one product compares it with a question. Never changed, only replaced.

    `words` are those it was said in; a word that fell out of use stays until the process ends.
    """

    def __init__(self, edition: Edition, sayings: Mapping[Key, Saying], words: Mapping[str, int]) -> None:
        self.edition = edition
        self.sayings = sayings
        self.words = words
        ordered = sorted(sayings.values(), key=lambda saying: saying.article)
        owners = np.array([saying.article for saying in ordered], dtype=np.int64)
        self.directions = np.array([saying.direction for saying in ordered], dtype=np.float32)
        self.owners, self.starts = np.unique(owners, return_index=True)
        self.ends = np.append(self.starts[1:], len(ordered))

    def near(self, direction: meaning.Vectors, *, limit: int, also: Iterable[int] = ()) -> Near:
        """Return the `limit` articles nearest to a direction, and how near those of `also` are."""
        if not self.sayings:
            return Near({}, 0.0)
        likeness = self.directions @ direction
        nearest = np.maximum.reduceat(likeness, self.starts)
        nobodys = float(nearest[0]) if self.owners[0] == NOBODYS else 0.0
        wanted = {int(at) for at in np.argsort(-nearest, kind="stable")[: limit + 1]} | self._places_of(also)
        scores = {int(self.owners[at]): _nearness(likeness[self.starts[at] : self.ends[at]]) for at in wanted}
        scores.pop(NOBODYS, None)
        return Near(dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))), nobodys)

    def _places_of(self, articles: Iterable[int]) -> set[int]:
        return set(np.flatnonzero(np.isin(self.owners, list(articles))).tolist())


_lock = Lock()
_kept: Remembered | None = None


def remembered() -> Remembered:
    """Return what was said, as it stands in the database now."""
    global _kept  # noqa: PLW0603 (one memory per process)
    with connection.cursor() as cursor:
        cursor.execute(EDITION)
        edition: Edition = cursor.fetchone()
    with _lock:
        if _kept is None or _kept.edition != edition:
            before = _kept or Remembered(None, {}, spelling.count(synonyms.every_line()))
            sayings, words = _brought_up_to_date(before.sayings)
            _kept = Remembered(edition, sayings, words + Counter(before.words))
        return _kept


def _nearness(likeness: npt.NDArray[np.float32]) -> float:
    """Weigh the nearest saying of an article most, and its next ones a little: many near ones are no accident."""
    best = np.sort(likeness)[::-1][:MEAN_OF]
    return float(best[0] * BEST_COUNTS + best.mean() * (1 - BEST_COUNTS))


def _brought_up_to_date(known: Mapping[Key, Saying]) -> tuple[dict[Key, Saying], Counter[str]]:
    """Keep what stands as it was and read what is new or changed; return all of it, and the words that came new."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        standing = {(kind, number): written for kind, number, written in cursor.fetchall()}
    kept = {key: saying for key, saying in known.items() if standing.get(_source(key)) == saying.written}
    sources = {_source(key) for key in kept}
    new, words = _read([key for key in standing if key not in sources], everything=not kept)
    return kept | new, words


def _source(key: Key) -> Key:
    """Return the row a saying stems from: title and body are one article."""
    kind, number = key
    return ("question" if kind == "question" else "article", number)


def _read(missing: Iterable[Key], *, everything: bool) -> tuple[dict[Key, Saying], Counter[str]]:
    named: dict[str, list[int]] = {"article": [], "question": []}
    for kind, number in missing:
        named[kind].append(number)
    with connection.cursor() as cursor:
        cursor.execute(SAID, {"named": not everything, "articles": named["article"], "questions": named["question"]})
        rows = cursor.fetchall()
    texts = [text for _, _, _, text, _ in rows]
    sayings = {
        (kind, number): Saying(article, direction, written)
        for (kind, number, article, _, written), direction in zip(rows, meaning.of(texts), strict=True)
    }
    return sayings, spelling.count(texts)
