"""Praise: thanks from a customer that reach the agent who helped."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.tickets import conversation
from support.tickets.models import Ticket
from support.voice import wall
from support.voice.models import Praise


class PraiseComesFromCustomers(Refusal):
    """Our own people do not praise themselves here."""

    code = "praise_comes_from_customers"


def give(*, actor: User, ticket: Ticket, words: str, at: datetime, for_all: bool = False) -> Praise:
    """Thank the agent who helped on `ticket`, with or without words. A second time returns the first praise.

    `for_all`: everybody who works here may read it (wall.py).

    Raises:
        Refusal: the ticket is not within the actor's reach.
        PraiseComesFromCustomers: the actor works for us.
    """
    with transaction.atomic():
        if conversation.is_staff(actor):
            raise PraiseComesFromCustomers(_("Praise comes from customers."))
        access.decide(actor, access.ASK_FOR_HELP, ticket.customer).or_refuse()
        facts = {"customer": ticket.customer, "given_by": actor, "to": helper_of(ticket), "given_at": at}
        words = words.replace("\x00", "").strip()[: conversation.LONGEST_MESSAGE]
        praise, is_new = Praise.objects.get_or_create(ticket=ticket, defaults=facts | {"words": words})
        if is_new:
            told = {"praise": praise.pk, "to": str(praise.to or "")}
            recording.record(ticket.customer, "support.praise_given", actor=actor, at=at, about=ticket, facts=told)
            if for_all and words:
                wall.put_up(actor=actor, praise=praise, at=at)
    return praise


def helper_of(ticket: Ticket) -> User | None:
    """Return who helped: the last of our people who wrote to the customer, else who the ticket is with."""
    written = ticket.messages.filter(from_staff=True, internal=False, author__isnull=False)
    last = written.select_related("author").order_by("-sent_at", "-pk").first()
    return last.author if last else ticket.assignee
