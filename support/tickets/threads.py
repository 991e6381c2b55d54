"""Threads: which tickets and which of their messages somebody may see."""

from django.db.models import QuerySet

from accounts.people import access
from accounts.people.models import User
from support.tickets import conversation
from support.tickets.models import Message, Ticket, TicketQuerySet


def visible_to(viewer: User) -> TicketQuerySet:
    """Return the tickets of the customers within reach of `viewer`."""
    return Ticket.objects.for_customers(access.customers_within_reach(viewer))


def messages_of(ticket: Ticket, viewer: User) -> QuerySet[Message]:
    """Return the conversation, merged ones included, oldest first; a customer's person reads no notes and what is in reach."""
    messages = Message.objects.filter(ticket__in=Ticket.objects.threaded_with(ticket).values("pk")).select_related("author")
    if conversation.is_staff(viewer):
        return messages
    return messages.filter(internal=False, ticket__customer__in=access.customers_within_reach(viewer))
