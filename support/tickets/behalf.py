"""Behalf: tickets that one customer raises for another which it serves, and what it sees of them.

The ticket is the served customer's, as if it had asked itself. Who raised it sees that ticket and nothing else of the other: not
what was granted (of such a message it learns that we answered), no document, no name but of its own people and ours, wherever the
others stand by now, and of tickets read as one only the one it raised.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation
from accounts.decisions import Decision
from accounts.people import access, relations
from accounts.people.models import Membership, User
from accounts.timeline import recording
from support.tickets.models import Message, Ticket, TicketQuerySet


@dataclass(frozen=True)
class Said:
    """A message as who raised the ticket for another reads it: from us and from their own side by name, else by company."""

    message: Message | None  # None where we wrote to the customer alone
    who: str
    from_staff: bool
    text: str
    sent_at: datetime


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
    """Return what was said to all on this very ticket: tickets merged into it are the other's own, and so is what we gave it."""
    said = Message.objects.filter(ticket=ticket, internal=False, confidential=False)
    return said.select_related("author").order_by("sent_at", "pk")


def told(ticket: Ticket, messages: QuerySet[Message]) -> list[Said]:
    """Return the conversation as who raised the ticket reads it; only ours and its own people are named. Five statements."""
    said, raised = list(messages), relations.raised_under(ticket.ref)
    authors = {message.author_id for message in said}
    own = _standing_above(raised.customer, authors) - _standing_above(ticket.customer, authors) if raised else set()
    read = [Said(message, _name(message, ticket, own), message.from_staff, message.text, message.sent_at) for message in said]
    alone = Message.objects.filter(ticket=ticket, internal=False, confidential=True).values_list("sent_at", flat=True)
    hidden = [Said(None, "Accord", True, _we_answered(ticket), sent_at) for sent_at in alone]
    return sorted(read + hidden, key=lambda row: row.sent_at)


def words_for(viewer: User, message: Message) -> str:
    """Return the words of a public message as far as `viewer` reads them; of other words of ours, only that we answered."""
    if access.customers_within_reach(viewer).filter(pk=message.ticket.customer_id).exists():
        return message.text
    if not message.confidential and access.tickets_shared_with(viewer).filter(ref=message.ticket.ref).exists():
        return message.text
    return _we_answered(message.ticket) if message.from_staff else ""


def _we_answered(ticket: Ticket) -> str:
    return _("We answered {customer}.").format(customer=ticket.customer.name)


def _standing_above(customer: Customer, people: set[int | None]) -> set[int]:
    """Return who of `people` has or had a role at `customer` or above it."""
    held = Membership.objects.filter(user__in=people, customer__in=Customer.objects.above(customer))
    return set(held.values_list("user", flat=True))


def _name(message: Message, ticket: Ticket, own: set[int]) -> str:
    if message.from_staff:
        return str(message.author or "Accord")
    return str(message.author) if message.author_id in own else ticket.customer.name


def _action(actor: User) -> access.Action:
    return access.WORK_TICKETS if access.level_of(actor) else access.ASK_FOR_HELP
