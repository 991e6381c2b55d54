"""Substitutes: who decides approvals for a colleague who is away, from one day to another.

Days are those where the colleague who is away lives, `until` is the first day back. Who stands in decides as far as the colleague
might, counted as given by that colleague, with both on record; never what they or that colleague asked for, and never for whom
that colleague stands in. Nobody takes a colleague's authority by naming themselves: the colleague names them, or a manager who is
neither.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.days import UnknownMoment, earliest_day, latest_day, local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.remedies.models import Substitute
from support.tickets import turns

LONGEST: Final = timedelta(days=365)


class CannotStandIn(Refusal):
    """Somebody who decides nothing, or the same person."""

    code = "cannot_stand_in"


class SpanMakesNoSense(Refusal):
    """Days that are over, in the wrong order or too many, or on which somebody stands in already."""

    code = "span_makes_no_sense"
    field = "until"


class NotYoursToName(Refusal):
    """Everybody names their own substitute; managers name one for others as well, and never themselves."""

    code = "not_yours_to_name"


def name(*, actor: User, approver: User, person: User, since: date, until: date, at: datetime) -> Substitute:
    """Let `person` decide approvals for `approver` from `since` until the day before `until`. The same again changes nothing.

    Raises:
        NotYoursToName, CannotStandIn, SpanMakesNoSense: see there; its reason is fit to show.
    """
    _require_may_name(actor, approver)
    if person.pk == actor.pk != approver.pk:
        raise NotYoursToName(_("Nobody names themselves: {name} does, or another manager.").format(name=approver))
    if person.pk == approver.pk or not (_decides(approver) and _decides(person)):
        raise CannotStandIn(_("Choose a colleague who decides approvals as well."))
    if not since < until <= since + LONGEST or until <= day_of(approver, at):
        raise SpanMakesNoSense(_("The first day back comes after the first day away, within a year, and is still to come."))
    with turns.patience(), transaction.atomic():
        turns.take(f"substitutes of {approver.pk}")
        same = Substitute.objects.filter(approver=approver, ended_at=None, since__lt=until, until__gt=since)
        if found := same.first():
            if (found.person_id, found.since, found.until) == (person.pk, since, until):
                return found
            raise SpanMakesNoSense(_("{name} stands in on some of these days already.").format(name=found.person))
        made = Substitute.objects.create(approver=approver, person=person, since=since, until=until, named_by=actor, named_at=at)
        _record("support.substitute_named", made, actor, at)
    return made


def end(*, actor: User, substitute: Substitute, at: datetime) -> Substitute:
    """Let nobody stand in any more. Ending it again changes nothing.

    Raises:
        NotYoursToName: it is somebody else's.
    """
    _require_may_name(actor, substitute.approver)
    with turns.patience(), transaction.atomic():
        held = Substitute.objects.select_for_update(of=("self",)).select_related("approver", "person").get(pk=substitute.pk)
        if held.ended_at is None:
            held.ended_at = at
            held.save(update_fields=["ended_at"])
            _record("support.substitute_ended", held, actor, at)
    return held


def may_name_for_others(person: User) -> bool:
    """Say whether a person may name substitutes of others: managers, for who fell ill."""
    return access.level_of(person) in access.STEER.levels


def visible_to(viewer: User, at: datetime) -> QuerySet[Substitute]:
    """Return who stands in at a moment or later, as long as that day lasts anywhere; for those who decide approvals."""
    coming = Substitute.objects.filter(ended_at=None, until__gt=earliest_day(at)).select_related("approver", "person", "named_by")
    return (coming if _decides(viewer) else coming.none()).order_by("since", "pk")


def represented_by(person: User, at: datetime) -> list[User]:
    """Return the colleagues for whom a person decides at a moment."""
    rows = _around(at).filter(person=person, approver__is_active=True).order_by("pk")
    return [row.approver for row in rows if runs(row, at)] if _decides(person) else []


def with_substitutes(people: Iterable[User], at: datetime) -> list[User]:
    """Return these people and who stands in for them at a moment, each once."""
    asked = list(people)
    rows = _around(at).filter(approver__in=asked, person__is_active=True).order_by("pk")
    standing_in = [row.person for row in rows if runs(row, at)]
    return list(dict.fromkeys([*asked, *(person for person in standing_in if _decides(person))]))


def runs(row: Substitute, at: datetime) -> bool:
    """Say whether it is one of the days on which somebody stands in, where the colleague who is away lives."""
    return row.since <= day_of(row.approver, at) < row.until


def day_of(person: User, at: datetime) -> date:
    """Return the day on which a moment lies for one of our people; a zone that nobody knows counts as UTC."""
    try:
        return local_day(at, person.timezone)
    except UnknownMoment:
        return local_day(at, "UTC")


def _around(at: datetime) -> QuerySet[Substitute]:
    """Return who stands in at the moment in one zone or another; a row by which somebody named themselves lends nothing."""
    near = Substitute.objects.filter(ended_at=None, since__lte=latest_day(at), until__gt=earliest_day(at))
    return near.exclude(named_by=F("person")).select_related("person", "approver")


def _decides(person: User) -> bool:
    return person.is_active and access.level_of(person) in access.DECIDE_APPROVALS.levels


def _require_may_name(actor: User, approver: User) -> None:
    if not (_decides(actor) and actor.pk == approver.pk or may_name_for_others(actor)):
        raise NotYoursToName(_("{name} names who stands in, or a manager does.").format(name=approver))


def _record(kind: str, made: Substitute, actor: User, at: datetime) -> None:
    facts = {
        "approver": str(made.approver), "substitute": str(made.person), "since": made.since.isoformat(),
        "until": made.until.isoformat(), "people": [made.approver_id, made.person_id],
    }  # fmt: skip
    recording.record(None, kind, actor=actor, at=at, about=made, facts=facts, internal=True)
