"""Search: which articles answer a question asked in a person's own words, and whether any does.

Two witnesses are heard: the words (support/knowledge/words.py) and the meaning, compared with articles and with the questions
attached to them (support/knowledge/nearness.py); support/knowledge/ranking.py weighs them. A question that no article answers
gets none, rather than three that do not fit. Where meanings cannot be told, words alone decide and every find is shown.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.people.models import User
from support.knowledge import articles, languages, meaning, nearness, ranking, spelling, words
from support.knowledge.models import Article
from support.knowledge.nearness import Near, Remembered
from support.knowledge.ranking import Worded

LONGEST_QUESTION: Final = 1_000
MOST_ANSWERS: Final = 100
CANDIDATES: Final = 50
WIDER: Final = 10
HIT, END_OF_HIT = "\x02", "\x03"
HEADLINE: Final = f"StartSel={HIT}, StopSel={END_OF_HIT}, MaxFragments=1, MaxWords=30, MinWords=12"
SHOWN: Final = f"""
SELECT *, ts_headline({languages.DICTIONARY_OF_COLUMN}, body, %(any_word)s::tsquery, %(headline)s) AS passage
  FROM support_article WHERE id = ANY(%(ids)s)
"""  # noqa: S608 (the inserted text is a constant)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """An article that answers a question. `headline` is the passage that matches, as plain text."""

    article: Article
    rank: float
    passage: str

    @property
    def headline(self) -> str:
        """The passage without its marks."""
        return self.passage.replace(HIT, "").replace(END_OF_HIT, "")

    @property
    def headline_parts(self) -> list[tuple[str, bool]]:
        """The passage in pieces, each with whether it is a word that was asked for."""
        pieces = re.split(f"{HIT}(.*?){END_OF_HIT}", self.passage)
        return [(piece, odd % 2 == 1) for odd, piece in enumerate(pieces) if piece]


def answer(
    text: str, *, viewer: User | None = None, language: str = "", in_any_language: bool = False, limit: int = 3
) -> list[Answer]:
    """Return the articles `viewer` may see that answer `text` best, best first; none when none answers it.

    `language` adds the articles of one more language to those the viewer reads. `in_any_language` looks through those of
    every language when none of these answers: who asks in another language than their own reads it, too.
    """
    question = text[:LONGEST_QUESTION].replace("\x00", " ").encode("utf-8", "replace").decode()
    if not question.strip() or limit < 1:
        return []
    spoken = sorted({*articles.languages_of(viewer), *filter(None, [language])})
    found = _answers(question, viewer, spoken, limit)
    return found if found or not in_any_language else _answers(question, viewer, articles.languages_there_are(), limit)


def _answers(question: str, viewer: User | None, spoken: list[str], limit: int) -> list[Answer]:
    """Return the answers among the articles in the languages `spoken`."""
    visible = articles.visible_to(viewer, spoken=spoken)
    remembered = nearness.remembered() if meaning.known() else None
    if remembered is None:
        asked = words.asked(question, spoken)
        worded = words.found(asked, spoken, limit=CANDIDATES)
        return _shown(_best(ranking.ranked({}, _only(worded, _among(visible, worded))), limit), asked)
    question = spelling.corrected(question, remembered.words)
    asked = words.asked(question, spoken)
    worded = words.found(asked, spoken, limit=CANDIDATES)
    near, seen = _near(remembered, question, worded, visible, limit)
    meanings, words_found = _only(near.articles, seen), _only(worded, seen)
    answered = ranking.answers(meanings, near.nobodys, words_found)
    return _shown(_best(ranking.ranked(meanings, words_found), limit), asked) if answered else []


def _near(
    remembered: Remembered, question: str, worded: Mapping[int, Worded], visible: QuerySet[Article], limit: int
) -> tuple[Near, set[int]]:
    """Return the nearest articles and which of them may be seen; look wider while those are too few."""
    (direction,) = meaning.of([question])
    wide = max(CANDIDATES, limit)
    while True:
        near = remembered.near(direction, limit=wide, also=worded)
        seen = _among(visible, [*near.articles, *worded])
        if len(seen) >= limit or wide >= len(remembered.owners):
            return near, seen
        wide *= WIDER


def _among(visible: QuerySet[Article], candidates: Iterable[int]) -> set[int]:
    listed = RawSQL("SELECT unnest(%s::bigint[])", [list(candidates)])  # noqa: S611 (one parameter, however many candidates)
    return set(visible.filter(pk__in=listed).values_list("pk", flat=True))


def _only(found: Mapping[int, Found], seen: Container[int]) -> dict[int, Found]:
    return {article: what for article, what in found.items() if article in seen}


def _best(ranks: Mapping[int, float], limit: int) -> dict[int, float]:
    return dict(list(ranks.items())[:limit])


def _shown(ranks: Mapping[int, float], asked: words.Asked) -> list[Answer]:
    """Read the articles with the passage that matches best."""
    if not ranks:
        return []
    rows: Iterable[Any] = Article.objects.raw(SHOWN, {"ids": list(ranks), "any_word": asked.any_word, "headline": HEADLINE})
    return [Answer(article, ranks[article.pk], article.passage) for article in sorted(rows, key=lambda row: -ranks[row.pk])]
