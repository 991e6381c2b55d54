"""Words: which articles hold the words of a question, by their stems, their synonyms and the spelling of the title.

Every word asked is looked for by its stem in each language the person reads, and by the stems of its synonyms for
`SYNONYM_COUNTS` of its worth. A word is worth the more the fewer articles hold it, and twice as much in a title; it is enough
that one word is found. Likeness of the title (trigrams) decides between equals, and finds titles where no word is known. Words
that fill very many articles are weighed on `CANDIDATES` of them only.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection

from support.knowledge import languages, synonyms
from support.knowledge.ranking import Worded

CANDIDATES: Final = 150
WORLD: Final = 1_500
SYNONYM_COUNTS: Final = "0.7"
MOST_WORDS: Final = 60
PHRASE: Final = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(synonyms.PHRASES, key=len, reverse=True)))})(?!\w)")

STEMS: Final = """
SELECT tsvector_to_array(to_tsvector(dictionary::regconfig, text))
  FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS t(dictionary, text, n) ORDER BY n
"""
FOUND: Final = """
WITH visible AS NOT MATERIALIZED (
    SELECT * FROM support_article WHERE published AND language = ANY(%(languages)s)
), size AS (
    SELECT count(*) AS articles FROM (SELECT FROM support_article WHERE published LIMIT %(world)s) AS counted
), asked AS (
    SELECT * FROM unnest(%(words)s::int[], %(own)s::text[], %(any)s::text[], %(titled)s::text[], %(spoken)s::text[])
        AS asked(word, own, any_way, titled, language)
), found AS (
    SELECT asked.word, article.id,
           CASE WHEN article.words @@ asked.own::tsquery THEN 1.0 ELSE %(synonym_counts)s::numeric END AS counts,
           1 + (article.words @@ asked.titled::tsquery)::int AS places,
           count(*) OVER (PARTITION BY asked.language, asked.word) AS holders
      FROM asked
     CROSS JOIN LATERAL (
         SELECT id, words FROM visible
          WHERE words @@ asked.any_way::tsquery AND left(language, 2) = asked.language LIMIT %(candidates)s
     ) AS article
), weighed AS (
    SELECT word, id, max(counts * places * ln(1 + (size.articles - holders + 0.5) / (holders + 0.5))) AS worth
      FROM found CROSS JOIN size GROUP BY word, id
), worded AS MATERIALIZED (
    SELECT id, sum(worth) AS worth, count(*) AS words FROM weighed GROUP BY id ORDER BY worth DESC, id LIMIT %(limit)s
), candidate AS MATERIALIZED (
    SELECT * FROM worded
    UNION ALL
    SELECT id, 0, 0 FROM (
        SELECT id FROM visible WHERE title %% %(question)s AND NOT EXISTS (SELECT FROM worded) LIMIT %(limit)s
    ) AS alike
)
SELECT id, candidate.worth::float + similarity(title, %(question)s), candidate.words, left(language, 2)
  FROM candidate JOIN support_article USING (id)
"""


@dataclass(frozen=True)
class Word:
    """One word of a question: the language it was read in, its place, and all ways to say it as queries, its own stem first."""

    language: str
    number: int
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A question as its words: the text, and its words in each language."""

    text: str
    words: tuple[Word, ...]

    @property
    def any_word(self) -> str:
        """A query that any of the words, or a synonym of one, answers."""
        return " | ".join(dict.fromkeys(way for word in self.words for way in word.ways))


def asked(text: str, spoken: Iterable[str]) -> Asked:
    """Take a question apart into its words in the languages `spoken`."""
    question = PHRASE.sub(lambda match: synonyms.PHRASES[match[1]], text.lower())
    codes = sorted({language[:2] for language in spoken})
    stems = _stems([languages.dictionary_of(code) for code in codes], [question] * len(codes))
    words = (_words(code, found[:MOST_WORDS]) for code, found in zip(codes, stems, strict=True))
    return Asked(question, tuple(word for found in words for word in found))


def found(question: Asked, spoken: Sequence[str], *, limit: int) -> dict[int, Worded]:
    """Return the `limit` articles in one of the languages that are worth most by the words asked."""
    parameters: dict[str, Any] = {
        "languages": list(spoken),
        "words": [word.number for word in question.words],
        "own": [word.ways[0] for word in question.words],
        "any": [" | ".join(word.ways) for word in question.words],
        "titled": [" | ".join(f"{way}:A" for way in word.ways) for word in question.words],
        "spoken": [word.language for word in question.words],
        "synonym_counts": SYNONYM_COUNTS,
        "candidates": CANDIDATES,
        "world": WORLD,
        "question": question.text,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOUND, parameters)
        rows = cursor.fetchall()
    asked_in = Counter(word.language for word in question.words)
    return {article: Worded(worth, words / (asked_in.get(language) or 1)) for article, worth, words, language in rows}


def _words(language: str, stems: Sequence[str]) -> list[Word]:
    """Return the words with the given stems, each with the stems of its synonyms."""
    families = _families().get(language, {})
    said = ((stem, *sorted(families.get(stem, frozenset()) - {stem})) for stem in stems)
    return [Word(language, number, tuple(map(_quoted, ways))) for number, ways in enumerate(said)]


@cache
def _families() -> dict[str, dict[str, frozenset[str]]]:
    """Return for each language and stem of its synonyms all stems that mean the same. Asked once per process."""
    lines = [(language, line) for language, group in synonyms.GROUPS.items() for line in group]
    found_stems = _stems([languages.dictionary_of(language) for language, _ in lines], [line for _, line in lines])
    families: dict[str, dict[str, frozenset[str]]] = {}
    for (language, _), stems in zip(lines, found_stems, strict=True):
        family = families.setdefault(language, {})
        for stem in stems:
            family[stem] = family.get(stem, frozenset()) | frozenset(stems)
    return families


def _stems(dictionaries: Sequence[str], texts: Sequence[str]) -> list[list[str]]:
    """Reduce each text to the stems of its words, the way the articles were."""
    with connection.cursor() as cursor:
        cursor.execute(STEMS, [list(dictionaries), list(texts)])
        return [stems for (stems,) in cursor.fetchall()]


def _quoted(stem: str) -> str:
    """Write a stem as a query of one word."""
    escaped = stem.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
