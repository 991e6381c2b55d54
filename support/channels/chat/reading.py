"""Reading: what the person of a chat has read, and what they are told because they left before it was said.

The person's page says up to which message it shows the words. Who is there gets no mail of what is said to them; who left is told
by mail, once, of what was said between their last sign of life and the moment we knew that they were gone;
of tickets that are read with the chat's as far as they reach.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.channels.chat.models import Chat
from support.tickets import conversation
from support.tickets.models import Message, Ticket

READS_ALONG: Final = timedelta(seconds=90)
LOOKED_AFTER_FOR: Final = timedelta(hours=2)
AT_ONCE: Final = 200
MOST_TOLD: Final = 20


def note(*, actor: User, chat: Chat, last: int) -> None:
    """Note that the person's page shows what was said up to the message with the number `last`; also after the end."""
    Chat.objects.filter(pk=chat.pk, person=actor, knows_to__lt=last).update(knows_to=last)


def who_reads_along(ticket: Ticket, at: datetime) -> int | None:
    """Return who was there, in a chat on `ticket`, when something was said at `at`: they need no mail of it."""
    during = Chat.objects.filter(Q(ended_at=None) | Q(ended_at__gte=at), ticket=ticket, started_at__lte=at)
    return during.filter(seen_at__gte=at - READS_ALONG).values_list("person", flat=True).order_by("pk").last()


def said_by_us(chat: Chat) -> QuerySet[Message]:
    """Return what we said to the customer since a chat began, in its order."""
    ours = Message.objects.filter(ticket__in=Ticket.objects.threaded_with(chat.ticket).values("pk"), from_staff=True)
    return ours.filter(internal=False, sent_at__gte=chat.started_at).order_by("pk")


def tell_who_left(*, at: datetime) -> int:
    """Tell by mail who went away what was said to them since; return how many were told. Doing it again changes nothing."""
    gone = Chat.objects.filter(seen_at__lt=at - READS_ALONG, seen_at__gt=at - LOOKED_AFTER_FOR)
    return sum(_tell(chat, at) for chat in gone.select_related("ticket").order_by("seen_at", "pk")[:AT_ONCE])


def _tell(chat: Chat, at: datetime) -> bool:
    with transaction.atomic():
        ticket = conversation.lock(chat.ticket)
        chat = Chat.objects.select_for_update(of=("self",)).select_related("person", "ticket__customer").get(pk=chat.pk)
        unread = said_by_us(chat).filter(pk__gt=chat.knows_to, sent_at__lte=chat.seen_at + READS_ALONG)
        unread = unread.filter(ticket__customer__in=access.customers_within_reach(chat.person))
        said = list(unread.values_list("pk", flat=True))
        if not said or chat.seen_at >= at - READS_ALONG:
            return False
        chat.knows_to = said[-1]
        chat.save(update_fields=["knows_to"])
        facts = {"chat": chat.pk, "person": chat.person_id, "name": str(chat.person), "said": said[-MOST_TOLD:]}
        recording.record(ticket.customer, "support.chat_left", actor=None, at=at, about=ticket, facts=facts)
    return True
