"""Kind of a ticket: what it turned out to be about, when it was opened as something else.

What depends on the kind follows in the same step: the targets its clocks run by, the billing error it is about, and who works on
it, where they lack the skill it now asks for.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.anomalies.models import Finding
from support.tickets import assignment, conversation, deadlines, matter, skills, turns
from support.tickets.models import Ticket


class NoSuchKind(Refusal):
    """A ticket is about one of the kinds there are."""

    code = "no_such_kind"


def change(*, actor: User, ticket: Ticket, kind: str, at: datetime) -> Ticket:
    """Say what the ticket is about. Saying what it is about already changes nothing.

    While it is unresolved it goes to who can do it, where it stands with nobody or with an agent who cannot; nobody can: it
    stands with nobody. An error that was put right stays with it.

    Raises:
        Refusal: the actor does not work on the ticket.
        NoSuchKind: there is no such kind.
    """
    if kind not in Ticket.Kind.values:
        raise NoSuchKind(_("There is no such kind of ticket."))
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if ticket.kind != kind:
            _change(ticket, kind, actor, at)
    return ticket


def _change(ticket: Ticket, kind: str, actor: User, at: datetime) -> None:
    before, ticket.kind, ticket.touched_at = plain(ticket, "kind"), kind, at
    if ticket.finding is None or ticket.finding.status == Finding.Status.OPEN:
        ticket.finding = matter.finding_of(ticket, at)
    ticket.save(update_fields=["kind", "touched_at", "finding"])
    facts = {"before": before, "after": plain(ticket, "kind")}
    recording.record(ticket.customer, "support.ticket_kind_changed", actor=actor, at=at, about=ticket, facts=facts, internal=True)
    if ticket.status != Ticket.Status.RESOLVED:
        _hand_on(ticket, at)
    deadlines.reckon(ticket, at)


def _hand_on(ticket: Ticket, at: datetime) -> None:
    """Give the ticket to who can do it, unless who has it can."""
    if ticket.assignee and skills.decide(ticket.assignee, ticket, at).allowed:
        return
    to = assignment.least_loaded(ticket.customer, kind=ticket.kind, at=at)
    if to != ticket.assignee:
        conversation.hand_on(ticket, to=to, at=at)
