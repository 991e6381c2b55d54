"""Editing: managers write the next version of a playbook; what was written before stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.anomalies.registry import DETECTORS
from support.remedies.kinds import REMEDIES
from support.remedies.playbooks.criteria import CRITERIA, RECOGNISING
from support.remedies.playbooks.models import Playbook, PlaybookVersion
from support.tickets import turns

MOST_LINES: Final = 30
LONGEST_LINE: Final = 200


@dataclass(frozen=True)
class Contents:
    """What a version says."""

    title: str
    reply_text: str
    remedies: Sequence[str]
    criteria: Sequence[str] = ()
    words: Sequence[str] = ()
    detector: str = ""
    follow_ups: Sequence[str] = ()


class PlaybookMakesNoSense(Refusal):
    """It lacks a part, or names what does not exist."""

    code = "playbook_makes_no_sense"


def write(*, actor: User, code: str, contents: Contents, at: datetime, position: int = 0, active: bool = True) -> PlaybookVersion:
    """Write the next version of the playbook with this code; the same contents as in force write none.

    Raises:
        PlaybookMakesNoSense: the actor may not, a part is missing, or a criterion or remedy does not exist.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise PlaybookMakesNoSense(_("Only managers write playbooks."))
    if fault := _fault(contents):
        raise PlaybookMakesNoSense(fault)
    with transaction.atomic():
        turns.take(f"playbook {code}")
        playbook, _new = Playbook.objects.update_or_create(code=code, defaults={"position": position, "active": active})
        latest = playbook.versions.order_by("-number").first()
        facts = _facts(contents)
        if latest and all(getattr(latest, name) == value for name, value in facts.items()):
            return latest
        made = PlaybookVersion.objects.create(
            playbook=playbook, number=latest.number + 1 if latest else 1, written_by=actor, written_at=at, **facts
        )
        told = {"playbook": str(made)}
        recording.record(None, "support.playbook_written", actor=actor, at=at, about=playbook, facts=told, internal=True)
    return made


def _facts(contents: Contents) -> dict[str, object]:
    return {
        "title": contents.title.strip(),
        "reply_text": contents.reply_text.strip(),
        "remedies": list(contents.remedies),
        "criteria": list(contents.criteria),
        "words": [word.strip().casefold() for word in contents.words],
        "detector": contents.detector,
        "follow_ups": [line.strip() for line in contents.follow_ups],
    }


def _fault(contents: Contents) -> str:
    """Return what is wrong with a version, in words; empty: nothing."""
    return _lacking(contents) or _unknown(contents) or _too_long((*contents.words, *contents.follow_ups))


def _lacking(contents: Contents) -> str:
    if not contents.title.strip() or not contents.reply_text.strip() or not contents.remedies:
        return _("A playbook has a title, a text for the customer and a remedy.")
    if not contents.detector and RECOGNISING not in contents.criteria and not any(word.strip() for word in contents.words):
        return _("Say by which words, which billing error or a broken promise it is recognised.")
    return ""


def _unknown(contents: Contents) -> str:
    unknown = [*sorted({*contents.remedies} - REMEDIES.keys()), *sorted({*contents.criteria} - CRITERIA.keys())]
    if unknown:
        return _("There is no such remedy or criterion: {names}.").format(names=", ".join(unknown))
    if contents.detector and contents.detector not in {detector.code for detector in DETECTORS}:
        return _("There is no such kind of billing error: {name}.").format(name=contents.detector)
    return ""


def _too_long(lines: Sequence[str]) -> str:
    if len(lines) <= MOST_LINES and all(line.strip() and len(line) <= LONGEST_LINE for line in lines):
        return ""
    return _("At most {most} lines of at most {longest} characters, none empty.").format(most=MOST_LINES, longest=LONGEST_LINE)
