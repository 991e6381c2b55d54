"""Definitions: within how many days a further contact belongs to the same issue, in numbered versions that never change."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.measures.models import IssueDefinition
from support.tickets import turns
from support.tickets.models import Ticket

LONGEST: Final = 90  # days


class MayNotDefine(Refusal):
    """Only managers say how we measure."""

    code = "may_not_define"


class DefinitionMakesNoSense(Refusal):
    """A definition gives each kind of ticket some days, with a reason, and does not reach back before an earlier one."""

    code = "definition_makes_no_sense"


def publish(*, actor: User, days: Mapping[str, int], since: date, why: str, at: datetime) -> IssueDefinition:
    """Publish the next definition. Issues that begin before `since` stay counted as they were.

    Raises:
        MayNotDefine, DefinitionMakesNoSense: the actor may not, or the definition cannot be.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise MayNotDefine(_("Only managers say how we measure."))
    with transaction.atomic():
        turns.take("issue definition")
        _require_sense(days, since, why)
        number = (IssueDefinition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        made = IssueDefinition.objects.create(
            number=number, since=since, days=dict(days), why=why.strip(), published_by=actor, published_at=at
        )
        facts = {"number": number, "why": made.why}
        recording.record(None, "support.measure_defined", actor=actor, at=at, about=made, facts=facts, internal=True)
    return made


def in_force(on: date) -> IssueDefinition:
    """Return the definition by which issues that begin on a day are counted."""
    return IssueDefinition.objects.filter(since__lte=on).order_by("-since", "-number")[0]


def _require_sense(days: Mapping[str, int], since: date, why: str) -> None:
    if set(days) != set(Ticket.Kind.values) or not all(1 <= number <= LONGEST for number in days.values()):
        raise DefinitionMakesNoSense(_("Give every kind of ticket from 1 to {most} days.").format(most=LONGEST))
    if not why.strip():
        raise DefinitionMakesNoSense(_("Say why, so that a later reader understands the step in the figures."))
    if IssueDefinition.objects.filter(since__gte=since).exists():
        raise DefinitionMakesNoSense(_("An earlier definition starts on that day or later."))
