"""Defining segments: what they are called, who is meant, what to do and not to do, and the rule that finds them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.segments import rules
from accounts.segments.models import Segment
from accounts.timeline import recording

WORDS = ("name", "description", "examples", "do", "dont", "rule", "rank", "active")


class MayNotDefine(Refusal):
    """Only managers define segments."""

    code = "may_not_define_segments"


def require_manager(actor: User) -> None:
    """Do nothing for a manager.

    Raises:
        MayNotDefine: anybody else.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise MayNotDefine(_("Only managers define segments and say who is in them."))


def define(*, actor: User, code: str, at: datetime, **words: object) -> Segment:
    """Return the segment with this code, made or brought up to date; who is in it is evaluated next.

    Raises:
        MayNotDefine, rules.RuleUnreadable: the actor may not, or the rule cannot be read.
    """
    require_manager(actor)
    rules.parse(str(words.get("rule", "")))
    facts = {name: words[name] for name in WORDS if name in words}
    with transaction.atomic():
        segment, _made = Segment.objects.update_or_create(code=code, defaults=facts)
        told = {"name": segment.name, "rule": segment.rule, "rank": segment.rank, "active": segment.active}
        recording.record(None, "accounts.segment_defined", actor=actor, at=at, about=segment, facts=told, internal=True)
    return segment
