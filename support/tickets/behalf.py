"""Behalf: tickets that one customer raises for another which it serves, and what it sees of them.

The ticket is the served customer's, as if it had asked itself. Who raised it sees that ticket and nothing else of the other: not
what was granted, no document, nobody's name there, and of tickets read as one only the one it raised.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation
from accounts.decisions import Decision
from accounts.people import access, relations
from accounts.people.models import Membership, User
from accounts.timeline import recording
from support.tickets.models import Message, Ticket, TicketQuerySet


@dataclass(frozen=True)
class Said:
    """A message as who raised the ticket for another reads it: from us by name, from their own side by name, else by company."""

    message: Message
    who: str
    from_staff: bool


def may_open(actor: User, customer: Customer, relation: Relation | None) -> Decision:
    """Say whether `actor` may open a ticket for `customer`: within their reach, or served by theirs under `relation`."""
    if relation and customer_of(relation).pk == customer.pk and not access.level_of(actor):
        return access.decide_for_other(actor, relation)
    return access.decide(actor, _action(actor), customer)


def may_write(actor: User, ticket: Ticket, asked: Ticket) -> Decision:
    """Say whether `actor` may write to `ticket`, having asked for `asked`, which may have been merged into it."""
    decision = access.decide(actor, _action(actor), ticket.customer)
    return decision if decision.allowed else access.decide_on_shared(actor, asked.ref)


def customer_of(relation: Relation) -> Customer:
    """Return whose tickets are raised under `relation`: the served customer, or who absorbed it."""
    return relation.other.merged_into or relation.other


def share(ticket: Ticket, relation: Relation | None, *, actor: User, at: datetime) -> None:
    """Note under which relation a new ticket was raised, if under one; the served customer reads by whom, and is told."""
    if relation:
        relations.share_ticket(relation=relation, ref=ticket.ref, at=at)
        first = ticket.messages.order_by("pk").values_list("pk", flat=True)[0]
        facts = {"subject": ticket.subject, "who": relation.customer.name, "message": first}
        recording.record(ticket.customer, "support.ticket_raised_for", actor=actor, at=at, about=ticket, facts=facts)


def shared_with(viewer: User, relation: Relation | None = None) -> TicketQuerySet:
    """Return the tickets of others that customers of `viewer` raised, under one relation or under all in force."""
    shared = access.tickets_shared_with(viewer)
    return Ticket.objects.filter(ref__in=(shared.filter(relation=relation) if relation else shared).values("ref"))


def messages_of(ticket: Ticket) -> QuerySet[Message]:
    """Return what was said on this very ticket, without notes: tickets merged into it are the other's own."""
    return Message.objects.filter(ticket=ticket, internal=False).select_related("author").order_by("sent_at", "pk")


def told(ticket: Ticket, messages: QuerySet[Message]) -> list[Said]:
    """Return the conversation as who raised the ticket reads it; the people of its customer are not named. Two statements."""
    said = list(messages)
    held = Membership.objects.filter(
        user__in={message.author_id for message in said}, customer__in=Customer.objects.above(ticket.customer)
    )
    theirs = set(held.values_list("user", flat=True))
    return [Said(message, _name(message, ticket, theirs), message.from_staff) for message in said]


def _name(message: Message, ticket: Ticket, theirs: set[int]) -> str:
    if message.author is None:
        return "Accord" if message.from_staff else ticket.customer.name
    return ticket.customer.name if message.author_id in theirs else str(message.author)


def _action(actor: User) -> access.Action:
    return access.WORK_TICKETS if access.level_of(actor) else access.ASK_FOR_HELP
