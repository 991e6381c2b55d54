"""Tending: what becomes of chats somebody went away from, looked at by the worker every half minute.

A chat nobody took in time, or whose customer went away before, becomes a ticket. A chat whose agent went away waits for another
one. A chat whose customer went away, or whose ticket was resolved, ends. How long a chat waits, policy says.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.policies import resolving
from support.channels.chat import chats, presence
from support.channels.chat.models import Chat, Presence
from support.tickets.models import Ticket

LONGEST_WAIT: Final = "chat.longest_wait"
MINUTE: Final = timedelta(minutes=1)
ABANDONED_AFTER: Final = timedelta(minutes=5)
SILENT_AFTER: Final = timedelta(minutes=15)
AT_ONCE: Final = 200


def tend(*, at: datetime) -> int:
    """Look after the open chats; return how many changed. Doing it again changes nothing."""
    return sum(_tend(chat, at) for chat in Chat.objects.open().select_related("ticket").order_by("started_at", "pk")[:AT_ONCE])


def _tend(chat: Chat, at: datetime) -> bool:
    with transaction.atomic():
        chat = chats.lock(chat)
        before = (chat.state, chat.agent_id)
        if chat.state == Chat.State.WAITING:
            _while_waiting(chat, at)
        elif chat.state == Chat.State.LIVE:
            _while_live(chat, at)
        return (chat.state, chat.agent_id) != before


def _while_waiting(chat: Chat, at: datetime) -> None:
    customer = chat.ticket.customer
    longest = resolving.resolve(customer, LONGEST_WAIT, local_day(at, customer.timezone)).value * MINUTE
    if chat.ticket.status == Ticket.Status.RESOLVED:
        chats.close(chat, Chat.Ending.RESOLVED, actor=None, at=at)
    elif at - chat.seen_at > ABANDONED_AFTER:
        chats.miss(chat, Chat.Ending.ABANDONED, _("You went away before somebody came."), at=at)
    elif at - chat.waiting_since > longest:
        chats.miss(chat, Chat.Ending.NOBODY, _("Nobody of us was free in time."), at=at)


def _while_live(chat: Chat, at: datetime) -> None:
    if chat.ticket.status == Ticket.Status.RESOLVED:
        chats.close(chat, Chat.Ending.RESOLVED, actor=None, at=at)
    elif at - max(chat.seen_at, chat.picked_up_at or chat.started_at) > SILENT_AFTER:
        chats.close(chat, Chat.Ending.SILENT, actor=None, at=at)
    elif not Presence.objects.filter(agent=chat.agent, seen_at__gt=at - 2 * presence.GONE_AFTER).exists():
        chats.let_wait_again(chat, at=at)
