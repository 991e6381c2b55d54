"""Phrase book: how customers ask for the usual matters of an account, so that search understands them from the first day.

Each file holds questions from one published collection under its own licence (see LICENCES.md beside it): `{"text", "article"}`
a line, and without an article a question no help desk answers. An article takes the questions that bear its ref, or its title
(`titles.json` says which title a ref means). Editors refuse single ones; what they refused does not come back.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from support.knowledge.models import Article
from support.knowledge.questions import Phrase

HOME: Final = Path(__file__).parent


def phrases_for(articles: Iterable[Article]) -> list[Phrase]:
    """Return the questions the book holds for these articles, and those no article answers."""
    titles = {title.lower(): ref for ref, title in _titles().items()}
    refs: dict[str, list[str]] = {"": [""]}
    for article in articles:
        for name in {article.ref, titles.get(article.title.lower(), article.ref)}:
            refs.setdefault(name, []).append(article.ref)
    return [Phrase(text, ref) for text, name in _book() for ref in refs.get(name, ())]


@cache
def _titles() -> dict[str, str]:
    return dict(json.loads((HOME / "titles.json").read_text(encoding="utf-8")))


@cache
def _book() -> tuple[tuple[str, str], ...]:
    lines = (line for file in sorted(HOME.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines())
    rows = map(json.loads, lines)
    return tuple((row["text"], row.get("article", "")) for row in rows)
