"""A chat as its customer sees it: who is there, what was said, and what becomes of it where nobody is."""

from datetime import datetime
from typing import Any

from accounts.people import access
from accounts.people.models import User
from portal import tickets_shown
from support.channels import callbacks, files
from support.channels.chat import chats, typing
from support.channels.chat.models import Chat
from support.tickets import threads
from support.tickets.models import Ticket
from support.voice import satisfaction


def page(viewer: User, ticket: Ticket, at: datetime) -> dict[str, Any]:
    """Return what the page of a chat shows."""
    said = list(threads.messages_of(ticket, viewer).prefetch_related(files.with_messages()))
    last = max((message.pk for message in said), default=0)
    may_ask = access.decide(viewer, access.ASK_FOR_HELP, ticket.customer)
    return state(viewer, ticket, at) | {"said": said, "last": last, "may_ask": may_ask}


def state(viewer: User, ticket: Ticket, at: datetime) -> dict[str, Any]:
    """Return how the last chat about a ticket stands."""
    chat = chats.latest_on(ticket)
    open_chat = chat if chat and chat.state != Chat.State.ENDED else None
    return {
        "ticket": ticket,
        "chat": chat,
        "open_chat": open_chat,
        "before": Chat.objects.waiting().filter(waiting_since__lt=chat.waiting_since).count() if open_chat and chat else 0,
        "typing": typing.who(open_chat, reader=viewer) if open_chat else "",
        "survey": _question(viewer, ticket) if chat and not open_chat else None,
        "next_answer": None if open_chat else tickets_shown.next_answer(ticket, at),
    }


def _question(viewer: User, ticket: Ticket) -> dict[str, Any] | None:
    """Return the question how it went, for the one it was put to, until it is answered."""
    survey = satisfaction.of_ticket(ticket)
    if survey is None or survey.spared or survey.person_id != viewer.pk or survey.score is not None:
        return None
    return {"token": satisfaction.token_of(survey), "scores": satisfaction.SCORES}


def call_of(ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """Return the call that was last wanted about a ticket, as it stands."""
    callback = callbacks.latest_on(ticket)
    return call(callback, at) if callback else None


def call(callback: Any, at: datetime) -> dict[str, Any]:
    """Return a call that is wanted, with its window in words and whether we are late."""
    is_open = callback.state == callbacks.OPEN
    late = is_open and callbacks.is_late(callback, at)
    return {"callback": callback, "window": callbacks.window_of(callback).words, "is_open": is_open, "late": late}
