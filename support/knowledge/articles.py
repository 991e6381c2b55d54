"""Articles: bring them in, and say which of them a person may see.

A row is `{"id", "title", "body"}` with optional `category`, `language`, `action` and `published`. Loading is repeatable by
`id`: a row that is there already is compared and only written when it changed; articles that are not among the rows stay.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.decisions import Refusal
from accounts.people.models import User
from support.knowledge.models import Article

STARTERS: Final = Path(__file__).with_name("starter_articles.jsonl")
EVERYONES_LANGUAGE: Final = "en"
COLUMNS: Final = ("title", "category", "body", "language", "action", "published")
LENGTHS: Final = {"ref": 80, "title": 200, "category": 60, "language": 5}


@dataclass(frozen=True)
class Loaded:
    """How many articles a load created, updated and left as they were."""

    created: int
    updated: int
    unchanged: int


class BadArticles(Refusal):
    """Some rows are not articles; nothing was loaded. `faults` holds one line per fault."""

    code = "bad_articles"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def load(rows: Iterable[Mapping[str, Any]], *, at: datetime) -> Loaded:
    """Create or update one article per row, all or none.

    Raises:
        BadArticles: a row lacks its id, title or body, repeats an id, or holds a value no article can have.
    """
    wanted = _read(rows)
    with transaction.atomic():
        present = {article.ref: article for article in Article.objects.select_for_update().filter(ref__in=wanted)}
        new = [facts for ref, facts in wanted.items() if ref not in present]
        changed = [facts for ref, facts in wanted.items() if ref in present and facts != _facts_of(present[ref])]
        Article.objects.bulk_create(
            [Article(**facts, updated_at=at) for facts in new + changed],
            update_conflicts=True,
            unique_fields=["ref"],
            update_fields=[*COLUMNS, "updated_at"],
        )
    return Loaded(created=len(new), updated=len(changed), unchanged=len(wanted) - len(new) - len(changed))


def starters() -> list[dict[str, Any]]:
    """Return the rows of the articles Accord brings along for a demo or a first day."""
    return [json.loads(line) for line in STARTERS.read_text(encoding="utf-8").splitlines()]


def visible_to(viewer: User | None) -> QuerySet[Article]:
    """Return the articles a person may read: published, in their own language or in everyone's."""
    return Article.objects.filter(published=True, language__in=languages_of(viewer))


def languages_of(viewer: User | None) -> list[str]:
    """Return the languages in which `viewer` is answered; somebody who has not signed in, in everyone's."""
    return list({EVERYONES_LANGUAGE, viewer.language if viewer else EVERYONES_LANGUAGE})


def _read(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the facts of each row by its id, in order."""
    wanted: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        facts = _facts(row)
        found = _faults(facts) or (["its id came before"] if facts["ref"] in wanted else [])
        faults += [f"row {number}: {fault}" for fault in found]
        wanted[facts["ref"]] = facts
    if faults:
        raise BadArticles(faults)
    return wanted


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"ref": row.get("id", ""), "title": row.get("title", ""), "body": row.get("body", "")}
    return facts | {
        "category": row.get("category", ""),
        "language": row.get("language", EVERYONES_LANGUAGE),
        "action": row.get("action", ""),
        "published": row.get("published", True),
    }


def _faults(facts: Mapping[str, Any]) -> list[str]:
    words = {name: value for name, value in facts.items() if name != "published"}
    if unreadable := [name for name, value in words.items() if not isinstance(value, str) or "\x00" in value]:
        return [f"{name.replace('ref', 'id')} is not text" for name in unreadable]
    faults = [
        f"{name} is missing" for name, key in (("id", "ref"), ("title", "title"), ("body", "body")) if not facts[key].strip()
    ]
    faults += [f"{name} is longer than {most} characters" for name, most in LENGTHS.items() if len(facts[name]) > most]
    if facts["action"] not in Article.Action.values:
        faults.append(f"there is no action {facts['action']}")
    if not isinstance(facts["published"], bool):
        faults.append("published is not true or false")
    return faults


def _facts_of(article: Article) -> dict[str, Any]:
    return {"ref": article.ref} | {name: getattr(article, name) for name in COLUMNS}
