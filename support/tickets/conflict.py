"""Conflict: when a ticket has become one, a single person speaks for us; everybody else writes notes.

The supervisors are told when it begins. It ends when the speaker or a supervisor says so, or with the ticket.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.tickets import conversation, turns
from support.tickets.models import Ticket


class NotTheirsToEnd(Refusal):
    """A conflict is ended by who speaks in it, or by a supervisor."""

    code = "not_theirs_to_end"


def begin(*, actor: User, ticket: Ticket, speaker: User, at: datetime) -> Ticket:
    """Let nobody but `speaker` write to the customer on this ticket. A supervisor may hand it to another speaker.

    Raises:
        Refusal: not within reach.
        CannotWorkOnIt, NotTheirsToEnd: the speaker does not work on tickets; or another one speaks already.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if not access.decide(speaker, access.WORK_TICKETS, ticket.customer).allowed:
            raise conversation.CannotWorkOnIt(_("{name} does not work on tickets.").format(name=speaker))
        _require_own(actor, ticket)
        if ticket.speaker_id != speaker.pk:
            _set(ticket, speaker)
            facts = {"speaker": str(speaker), "level": access.SUPERVISOR, "subject": ticket.subject}
            recording.record(
                ticket.customer, "support.conflict_began", actor=actor, at=at, about=ticket, facts=facts, internal=True
            )
    return ticket


def end(*, actor: User, ticket: Ticket, at: datetime) -> Ticket:
    """Let everybody speak again.

    Raises:
        Refusal: not within reach.
        NotTheirsToEnd: the actor is neither the speaker nor a supervisor.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        _require_own(actor, ticket)
        if ticket.speaker_id:
            _set(ticket, None)
            recording.record(ticket.customer, "support.conflict_ended", actor=actor, at=at, about=ticket, internal=True)
    return ticket


def _require_own(actor: User, ticket: Ticket) -> None:
    if ticket.speaker_id not in (None, actor.pk) and access.level_of(actor) not in (access.SUPERVISOR, access.MANAGER):
        raise NotTheirsToEnd(_("{name} speaks for us here; only they or a supervisor change that.").format(name=ticket.speaker))


def _set(ticket: Ticket, speaker: User | None) -> None:
    ticket.speaker = speaker
    ticket.save(update_fields=["speaker"])
