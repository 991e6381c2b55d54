"""Search: which articles answer a question asked in a person's own words.

Every word asked is looked for by its stem, and by the stems of its synonyms for `SYNONYM_COUNTS` of its worth. A word is
worth the more the fewer articles hold it, and twice as much in a title; it is enough that one word is found, so a long
question is never left without an answer. Likeness of the title (trigrams) breaks ties and forgives spelling.
Two statements, however long the question. Words that fill very many articles are weighed on `CANDIDATES` of them only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection

from accounts.people.models import User
from support.knowledge import articles, synonyms
from support.knowledge.models import Article

LONGEST_QUESTION: Final = 1_000
CANDIDATES: Final = 2_000
MOST_ANSWERS: Final = 100
SYNONYM_COUNTS: Final = "0.7"
HIT, END_OF_HIT = "\x02", "\x03"
HEADLINE: Final = f"StartSel={HIT}, StopSel={END_OF_HIT}, MaxFragments=1, MaxWords=30, MinWords=12"
PHRASE: Final = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(synonyms.PHRASES, key=len, reverse=True)))})(?!\w)")

STEMS: Final = (
    "SELECT tsvector_to_array(to_tsvector('english', text)) FROM unnest(%s::text[]) WITH ORDINALITY AS t(text, n) ORDER BY n"
)
BEST: Final = """
WITH visible AS NOT MATERIALIZED (
    SELECT * FROM support_article WHERE published AND language = ANY(%(languages)s)
), size AS (
    SELECT count(*) AS articles FROM visible
), asked AS (
    SELECT * FROM unnest(%(words)s::int[], %(queries)s::text[], %(own)s::bool[]) AS asked(word, query, own)
), found AS (
    SELECT asked.word, article.id,
           CASE WHEN asked.own THEN 1.0 ELSE %(synonym_counts)s::numeric END AS counts,
           (article.words @@ (asked.query || ':A')::tsquery)::int * 2
               + (article.words @@ (asked.query || ':BC')::tsquery)::int AS places,
           count(*) OVER (PARTITION BY asked.query, asked.word) AS holders
      FROM asked
     CROSS JOIN LATERAL (
         SELECT id, words FROM visible WHERE words @@ asked.query::tsquery LIMIT %(candidates)s
     ) AS article
), weighed AS (
    SELECT word, id, max(counts * places * ln(1 + (size.articles - holders + 0.5) / (holders + 0.5))) AS worth
      FROM found CROSS JOIN size GROUP BY word, id
), candidate AS (
    SELECT id, sum(worth) AS worth FROM weighed GROUP BY id
    UNION ALL
    SELECT id, 0 FROM (SELECT id FROM visible WHERE title %% %(question)s LIMIT %(candidates)s) AS alike
), best AS (
    SELECT visible.id, sum(candidate.worth)::float + similarity(visible.title, %(question)s) AS rank
      FROM candidate JOIN visible USING (id) GROUP BY visible.id, visible.title ORDER BY rank DESC, visible.id LIMIT %(limit)s
)
SELECT article.*, best.rank, ts_headline('english', article.body, %(any_word)s::tsquery, %(headline)s) AS passage
  FROM best JOIN support_article AS article USING (id) ORDER BY best.rank DESC, article.id
"""


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


def answer(text: str, *, viewer: User | None = None, limit: int = 3) -> list[Answer]:
    """Return the articles `viewer` may see that answer `text` best, best first; none when no word is known."""
    question = PHRASE.sub(lambda match: synonyms.PHRASES[match[1]], text[:LONGEST_QUESTION].replace("\x00", " ").lower())
    if not question.strip() or limit < 1:
        return []
    ways = [(number, _quoted(stem), own) for number, word in enumerate(_stems([question])[0]) for stem, own in _ways_to_say(word)]
    parameters = {
        "languages": articles.languages_of(viewer),
        "words": [number for number, _, _ in ways],
        "queries": [query for _, query, _ in ways],
        "own": [own for _, _, own in ways],
        "any_word": " | ".join(dict.fromkeys(query for _, query, _ in ways)),
        "synonym_counts": SYNONYM_COUNTS,
        "candidates": CANDIDATES,
        "question": question,
        "headline": HEADLINE,
        "limit": limit,
    }
    found: Iterable[Any] = Article.objects.raw(BEST, parameters)
    return [Answer(article=article, rank=article.rank, passage=article.passage) for article in found]


def _stems(texts: Iterable[str]) -> list[list[str]]:
    """Reduce each text to the stems of its words, the way the articles were."""
    with connection.cursor() as cursor:
        cursor.execute(STEMS, [list(texts)])
        return [stems for (stems,) in cursor.fetchall()]


def _ways_to_say(stem: str) -> list[tuple[str, bool]]:
    """Return the stem itself (own) and the stems of its synonyms (not own)."""
    return [(stem, True), *((other, False) for other in sorted(_families().get(stem, frozenset()) - {stem}))]


@cache
def _families() -> dict[str, frozenset[str]]:
    """Return for each stem of the synonyms all stems that mean the same. Asked once per process."""
    families: dict[str, frozenset[str]] = {}
    for stems in _stems(synonyms.GROUPS):
        for stem in stems:
            families[stem] = families.get(stem, frozenset()) | frozenset(stems)
    return families


def _quoted(stem: str) -> str:
    """Write a stem as a query of one word."""
    escaped = stem.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
