"""Approvals: a remedy over its asker's authority waits here for one who may decide, and one click settles it.

No money moves while it waits, and nothing else moves the ticket. Approving gives the remedy as the asker's, with the
decider on record; turning it down puts the ticket back to open with the decider's words for the asker. Who stands in for a
colleague (substitutes.py) decides as that colleague might, and both are on record.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from support.remedies import authority, giving, policy_log, substitutes
from support.remedies.models import Approval, Grant
from support.tickets import conversation, turns
from support.tickets.models import Ticket

LONGEST_NOTE = 300


class AlreadyDecided(Refusal):
    """Somebody decided otherwise, or somebody else decided."""

    code = "already_decided"


class ReasonMissing(Refusal):
    """Turning a remedy down takes a reason the asker can work with."""

    code = "reason_missing"


def request(asked: Grant, *, ticket: Ticket, approver: str, at: datetime) -> Grant:
    """Park what was asked for until a person of the level `approver` decides. Runs in the caller's transaction."""
    Approval.objects.create(grant=asked, approver_level=approver, asked_at=at)
    conversation.step(ticket, Ticket.Status.APPROVAL, at)
    facts = giving.facts_of(asked) | {"approver": approver, "reason": asked.decision["reason"]}
    recording.record(
        ticket.customer, "support.remedy_asked", actor=asked.asked_by, at=at, about=asked, facts=facts, internal=True
    )
    return asked


def decide(*, actor: User, approval: Approval, approve: bool, note: str, at: datetime) -> Approval:
    """Approve what waits, and thereby give it, or turn it down with a reason. The same answer again changes nothing.

    Raises:
        Refusal: not within reach, not this person's to decide, or it can no longer be given as it was asked for.
        AlreadyDecided, ReasonMissing: there is an answer already; or no reason was given for a no.
    """
    note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(approval.grant.ticket)
        access.decide(actor, access.DECIDE_APPROVALS, ticket.customer).or_refuse()
        approval = _locked(approval)
        if approval.status != Approval.Status.WAITING:
            return _same_answer(approval, actor, approve=approve)
        asked, terms = approval.grant, giving.terms_of(approval.grant)
        approval.stands_in_for = _on_whose_authority(actor, approval, approve, terms, at)
        if not approve and not note:
            raise ReasonMissing(_("Say why, so that your colleague can go on."))
        _record_answer(approval, actor=actor, approve=approve, note=note, at=at)
        conversation.step(ticket, Ticket.Status.OPEN, at)
        if approve:
            policy_log.approved(asked, by=actor, at=at)
            giving.give(asked, ticket=ticket, terms=terms, at=at)
        else:
            _turn_down(asked, ticket=ticket, actor=actor, note=note, at=at)
    return approval


def waiting_for(viewer: User, *, at: datetime) -> QuerySet[Approval]:
    """Return the approvals `viewer` may decide on, oldest first: of their level or below, and not their own requests.

    For whom they stand in, of that colleague's level or below as well, and not that colleague's requests.
    """
    reach = access.customers_within_reach(viewer, access.DECIDE_APPROVALS)
    theirs = Q(approver_level__in=_levels(viewer))
    for person in substitutes.represented_by(viewer, at):
        theirs |= Q(approver_level__in=_levels(person)) & ~Q(grant__asked_by=person)
    waiting = Approval.objects.filter(theirs, status=Approval.Status.WAITING, grant__customer__in=reach)
    related = ("grant__ticket", "grant__customer", "grant__asked_by")
    return waiting.exclude(grant__asked_by=viewer).select_related(*related).order_by("asked_at", "pk")


def _levels(person: User) -> tuple[str, ...]:
    ladder, level = authority.LADDER, access.level_of(person)
    return tuple(ladder[: ladder.index(level) + 1]) if level in ladder else ()


def _on_whose_authority(actor: User, approval: Approval, approve: bool, terms: Any, at: datetime) -> User | None:
    """Return the colleague on whose authority `actor` decides; None: on their own. Refuse where neither suffices."""
    colleagues = substitutes.represented_by(actor, at)
    for person in sorted([actor, *colleagues], key=lambda person: person.pk):
        authority.take_turn(person)
    ask = partial(
        authority.decide_approval, actor=actor, approval=approval, approve=approve, remedy=giving.remedy_of(approval.grant),
        terms=terms, at=at,
    )  # fmt: skip
    own = ask()
    lender = None if own.allowed else next((person for person in colleagues if ask(instead_of=person).allowed), None)
    if lender is None:
        own.or_refuse()
    return lender


def _locked(approval: Approval) -> Approval:
    related = ("grant__ticket__customer", "grant__asked_by")
    return Approval.objects.select_for_update(of=("self",)).select_related(*related).get(pk=approval.pk)


def _same_answer(approval: Approval, actor: User, *, approve: bool) -> Approval:
    answer = Approval.Status.APPROVED if approve else Approval.Status.REFUSED
    if (approval.decided_by_id, approval.status) != (actor.pk, answer):
        who = {"name": approval.decided_by, "answer": plain(approval, "status").lower()}
        raise AlreadyDecided(_("{name} has decided already: {answer}.").format(**who))
    return approval


def _record_answer(approval: Approval, *, actor: User, approve: bool, note: str, at: datetime) -> None:
    approval.status = Approval.Status.APPROVED if approve else Approval.Status.REFUSED
    approval.decided_by, approval.decided_at, approval.note = actor, at, note
    approval.save(update_fields=["status", "decided_by", "decided_at", "note", "stands_in_for"])
    kind = "support.remedy_approved" if approve else "support.remedy_turned_down"
    asked = approval.grant
    facts = giving.facts_of(asked) | {"note": note}
    if approval.stands_in_for:
        facts |= {"stands_in_for": str(approval.stands_in_for)}
    recording.record(asked.customer, kind, actor=actor, at=at, about=asked, facts=facts, internal=True)


def _turn_down(asked: Grant, *, ticket: Ticket, actor: User, note: str, at: datetime) -> None:
    asked.status = Grant.Status.TURNED_DOWN
    asked.save(update_fields=["status"])
    words = _("{remedy} turned down: {note}").format(remedy=giving.remedy_of(asked).label, note=note)
    conversation.note(actor=actor, ticket=ticket, text=words, at=at)
