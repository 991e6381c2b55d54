"""Articles: bring them in, and say which of them a person may see.

A row is `{"id", "title", "body"}` with optional `category`, `language`, `action`, `published` and `questions` (what people ask
when they need it). Loading is repeatable by
`id`: a row that is there already is compared and only written when it changed; articles that are not among the rows stay.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import Membership, User
from support.knowledge import languages, phrasebook, questions
from support.knowledge.models import Article, ArticleQuestion
from support.knowledge.questions import Phrase

STARTERS: Final = Path(__file__).with_name("starter_articles.jsonl")
COLUMNS: Final = ("title", "category", "body", "language", "action", "published")
LENGTHS: Final = {"ref": 80, "title": 200, "category": 60, "language": 5}


@dataclass(frozen=True)
class Loaded:
    """How many articles a load created, updated and left as they were, and how many questions it attached to them."""

    created: int
    updated: int
    unchanged: int
    questions: int = 0


class BadArticles(Refusal):
    """Some rows are not articles; nothing was loaded. `faults` holds one line per fault."""

    code = "bad_articles"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class NoSuchReaders(Refusal):
    """An article is to be kept for a tier or role that does not exist."""

    code = "no_such_readers"


def load(rows: Iterable[Mapping[str, Any]], *, at: datetime, with_phrase_book: bool = True) -> Loaded:
    """Create or update one article per row, all or none, and attach the questions the rows and the phrase book hold for it.

    Raises:
        BadArticles: a row lacks its id, title or body, repeats an id, or holds a value no article can have.
    """
    rows = list(rows)
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
        asked = [Phrase(text, row["id"]) for row in rows for text in row.get("questions", ())]
        attached = questions.attach(asked, source=ArticleQuestion.Source.EDITOR, at=at)
        if with_phrase_book:
            book = phrasebook.phrases_for(Article.objects.filter(ref__in=wanted))
            attached += questions.attach(book, source=ArticleQuestion.Source.PHRASE_BOOK, at=at)
    return Loaded(len(new), len(changed), len(wanted) - len(new) - len(changed), attached)


def must_be_readers(tiers: Sequence[str], roles: Sequence[str]) -> None:
    """Do nothing when there are such tiers and roles.

    Raises:
        NoSuchReaders: one is none.
    """
    if unknown := [*({*tiers} - {*Customer.Tier.values}), *({*roles} - {*Membership.Role.values})]:
        raise NoSuchReaders(_("There is no tier or role %(names)s.") % {"names": ", ".join(sorted(unknown))})


def starters() -> list[dict[str, Any]]:
    """Return the rows of the articles Accord brings along for a demo or a first day."""
    return [json.loads(line) for line in STARTERS.read_text(encoding="utf-8").splitlines()]


def visible_to(viewer: User | None, *, spoken: Iterable[str] | None = None) -> QuerySet[Article]:
    """Return the articles a person may read: published, meant for them, in a language `spoken` (their own and everyone's).

    Who has not signed in reads what is meant for everybody; our own people read all.
    """
    readable = Article.objects.filter(published=True, language__in=languages_of(viewer) if spoken is None else list(spoken))
    return readable if viewer is not None and access.level_of(viewer) else readable.filter(_meant_for(viewer))


def languages_there_are() -> list[str]:
    """Return the languages in which there is an article to read."""
    return sorted(Article.objects.filter(published=True).values_list("language", flat=True).distinct())


def _meant_for(viewer: User | None) -> Q:
    """Say which articles a customer's person may read by place, tier and role."""
    open_to_all = Q(place=None, tiers=[], roles=[])
    if viewer is None:
        return open_to_all
    reach = access.customers_within_reach(viewer)
    held = Membership.objects.in_force().filter(user=viewer, effect=Membership.Effect.ALLOW)
    own = Customer.objects.filter(pk__in=held.values("customer"))
    below = own.filter(tree_id=OuterRef("tree_id"), lft__gte=OuterRef("lft"), rght__lte=OuterRef("rght"))
    above = Customer.objects.filter(Exists(below))
    place = Q(place=None) | Q(place__in=reach) | Q(place__in=above)
    tier = Q(tiers=[]) | Q(tiers__overlap=ArraySubquery(own.values("tier")))
    role = Q(roles=[]) | Q(roles__overlap=ArraySubquery(held.values("role")))
    return open_to_all | place & tier & role


def languages_of(viewer: User | None) -> list[str]:
    """Return the languages in which `viewer` is answered; somebody who has not signed in, in everyone's."""
    return list({languages.EVERYONES, viewer.language if viewer else languages.EVERYONES})


def _read(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the facts of each row by its id, in order."""
    wanted: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        facts = _facts(row)
        found = _faults(facts) or _question_faults(row) or (["its id came before"] if facts["ref"] in wanted else [])
        faults += [f"row {number}: {fault}" for fault in found]
        wanted[facts["ref"]] = facts
    if faults:
        raise BadArticles(faults)
    return wanted


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"ref": row.get("id", ""), "title": row.get("title", ""), "body": row.get("body", "")}
    return facts | {
        "category": row.get("category", ""),
        "language": row.get("language", languages.EVERYONES),
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


def _question_faults(row: Mapping[str, Any]) -> list[str]:
    asked = row.get("questions", [])
    good = isinstance(asked, list) and all(isinstance(text, str) and questions.tidy(text) for text in asked)
    return [] if good else ["questions is not a list of texts"]


def _facts_of(article: Article) -> dict[str, Any]:
    return {"ref": article.ref} | {name: getattr(article, name) for name in COLUMNS}
