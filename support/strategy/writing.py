"""Writing: saying something on a part of the workbook or to one of its questions, with the evidence for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies.models import Policy
from accounts.segments.models import Segment
from accounts.timeline import recording
from support.strategy.models import StrategyEntry
from support.strategy.parts import MEASURES, PARTS
from support.tickets import turns

LONGEST: Final = 4_000
TURN: Final = "strategy workbook"


@dataclass(frozen=True)
class Content:
    """What is said: words, who keeps them, and the evidence."""

    words: str
    owner: User | None = None
    policies: Iterable[Policy] = ()
    segments: Iterable[Segment] = ()
    measures: Iterable[str] = ()


class MayNotSteer(Refusal):
    """Only managers write the strategy."""

    code = "may_not_steer"


class CannotBeSaid(Refusal):
    """What is said stands at a place of the workbook, in some words, kept by one of our own people."""

    code = "cannot_be_said"


def say(*, actor: User, part: str, question: str = "", content: Content, at: datetime) -> StrategyEntry:
    """Say something on a part (no question) or to one of its questions, instead of what was said before; editions keep that.

    Raises:
        MayNotSteer, CannotBeSaid: the actor is no manager; or there is no such place, no words, or nobody of ours keeps it.
    """
    must_steer(actor)
    _must_make_sense(part, question, content)
    with transaction.atomic():
        turns.take(TURN)
        words, measures = content.words.strip(), sorted(set(content.measures))
        facts = {"words": words, "owner": content.owner, "measures": measures, "written_by": actor, "written_at": at}
        entry = StrategyEntry.objects.update_or_create(part=part, question=question, defaults=facts)[0]
        entry.policies.set(content.policies)
        entry.segments.set(content.segments)
        told = {"part": part, "question": question, "words": words[:200]}
        recording.record(None, "support.strategy_said", actor=actor, at=at, about=entry, facts=told, internal=True)
    return entry


def must_steer(actor: User) -> None:
    """Refuse whoever does not steer.

    Raises:
        MayNotSteer: the actor is no manager.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise MayNotSteer(_("Only managers write the strategy."))


def _must_make_sense(part: str, question: str, content: Content) -> None:
    if part not in PARTS or (question and question not in PARTS[part].questions):
        raise CannotBeSaid(_("The workbook has no such part or question."))
    if not 0 < len(content.words.strip()) <= LONGEST:
        raise CannotBeSaid(_("Say something, in {most} signs at most.").format(most=LONGEST))
    if unknown := set(content.measures) - set(MEASURES):
        raise CannotBeSaid(_("Nothing is measured as {names}.").format(names=", ".join(sorted(unknown))))
    if content.owner and not access.level_of(content.owner):
        raise CannotBeSaid(_("One of our own people keeps it."))
