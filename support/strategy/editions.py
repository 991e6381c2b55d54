"""Editions: the workbook, published by a second person once every part holds and every question is answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.decisions import Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.timeline import recording
from support.strategy import standing, writing
from support.strategy.models import StrategyEdition, StrategyEntry
from support.strategy.standing import PartStanding, Said
from support.tickets import turns


class NotToBePublished(Refusal):
    """Something is missing, nothing changed, or it is not this person's to publish."""

    code = "not_to_be_published"


def may_publish(actor: User, parts: Mapping[str, PartStanding]) -> Decision:
    """Say whether `actor` may publish the workbook as it stands: complete, by a manager who did not write the last of it."""
    if access.level_of(actor) not in access.STEER.levels:
        return refused("may_not_steer", _("A manager publishes the strategy."))
    if missing := _first_gap(parts):
        return refused("unanswered", missing)
    latest = StrategyEntry.objects.order_by("-written_at", "-pk").first()
    wrote = [latest.written_by] if latest else []
    return second_person.decide(actor, *wrote, reason=_("You wrote the last of it; a second person publishes."), code="own_words")


def publish(*, actor: User, why: str, at: datetime) -> StrategyEdition:
    """Publish the workbook as it stands on the day `at` in UTC, as the next edition.

    Raises:
        NotToBePublished: as `may_publish` says; without a reason; or nothing is said otherwise than in the last edition.
    """
    with transaction.atomic():
        turns.take(writing.TURN)
        parts = standing.of_all(at.date())
        if not (decision := may_publish(actor, parts)).allowed:
            raise NotToBePublished(decision.reason)
        if not why.strip():
            raise NotToBePublished(_("Say why, so that a later reader understands what changed."))
        content, before = _content(parts), StrategyEdition.objects.first()
        if before and before.content == content:
            raise NotToBePublished(_("Nothing is said otherwise than in the last edition."))
        number = (StrategyEdition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        made = StrategyEdition.objects.create(
            number=number, content=content, why=why.strip()[:300], published_by=actor, published_at=at
        )
        facts = {"number": number, "why": made.why}
        recording.record(None, "support.strategy_published", actor=actor, at=at, about=made, facts=facts, internal=True)
    return made


def changes(edition: StrategyEdition, before: StrategyEdition | None) -> list[dict[str, str]]:
    """Return what an edition says otherwise than another: the place, the words before and after."""
    old, new = (before.content if before else {}), edition.content
    return [
        {"place": place, "before": old.get(place, {}).get("words", ""), "after": new.get(place, {}).get("words", "")}
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    ]


def _first_gap(parts: Mapping[str, PartStanding]) -> str:
    for one in parts.values():
        if one.said.lacks:
            return _("Part “{part}”: {missing}.").format(part=one.part.title, missing=one.said.lacks)
        for name, answer in one.answers.items():
            if answer.lacks:
                words = {"part": one.part.title, "question": one.part.questions[name], "missing": answer.lacks}
                return _("Part “{part}”, “{question}”: {missing}.").format(**words)
    return ""


def _content(parts: Mapping[str, PartStanding]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for code, one in parts.items():
        told[code] = _told(one.said)
        told |= {f"{code}/{name}": _told(answer) for name, answer in one.answers.items()}
    return told


def _told(said: Said) -> dict[str, Any]:
    entry = said.entry
    return {
        "words": entry.words if entry else "",
        "owner": str(entry.owner) if entry and entry.owner else "",
        "policies": [f"{version.policy.code} v{version.number}" for version in said.policies],
        "segments": [segment.code for segment in said.segments],
        "measures": list(said.measures),
    }
