"""A chat and a call on the page of their ticket, as our own people work on them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import reading, ready
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from backoffice.forms.chats import CallForm, EndingForm, HandOverForm, SayForm, TryForm
from support.channels import callbacks
from support.channels.chat import chats, presence, typing
from support.channels.chat.models import Chat
from support.tickets.models import Ticket


def of_ticket(viewer: User, ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """Return the chat that goes on about a ticket."""
    found = chats.open_on(ticket)
    return shown(viewer, found, at) if found else None


def marks(tickets: Iterable[Ticket]) -> dict[int, dict[str, Any]]:
    """Return for each ticket with an open chat how it stands, as a list shows it."""
    return {chat.ticket_id: _mark(chat) for chat in _going(tickets=[ticket.pk for ticket in tickets])}


@ready.statement
def _going(tickets: Fact) -> QuerySet[Chat]:
    return Chat.objects.open().filter(reading.among("ticket_id", tickets)).select_related("agent")


def _mark(chat: Chat) -> dict[str, Any]:
    if chat.state == Chat.State.WAITING:
        return {"status": chat.state, "label": _("chat waits for somebody"), "tone": "bad"}
    return {"status": chat.state, "label": _("in a chat with {name}").format(name=chat.agent), "tone": "info"}


def shown(viewer: User, chat: Chat, at: datetime) -> dict[str, Any]:
    """Return how a chat stands for `viewer`, with the forms of who has it."""
    mine = chat.agent_id == viewer.pk
    forms = {"say_form": SayForm(), "hand_over_form": HandOverForm(people=colleagues(viewer, at)), "ending_form": EndingForm()}
    return {
        "chat": chat,
        "mine": mine and chat.state == Chat.State.LIVE,
        "may_take": presence.may_take(viewer, at) if access.may_anywhere(viewer, access.WORK_TICKETS) else None,
        "typing": typing.who(chat, reader=viewer),
    } | (forms if mine else {})


def colleagues(viewer: User, at: datetime) -> Any:
    """Return who else could take a chat now."""
    free = presence.free(at).exclude(agent=viewer)
    return User.objects.filter(pk__in=[one.agent_id for one in free]).order_by("email")


def call_of(ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """Return the call that was last wanted about a ticket, with the forms for it while it is wanted."""
    found = callbacks.latest_on(ticket)
    if found is None:
        return None
    is_open = found.state == callbacks.OPEN
    told = {
        "callback": found,
        "window": callbacks.window_of(found).words,
        "is_open": is_open,
        "late": callbacks.is_late(found, at),
    }
    forms = {"try_form": TryForm(windows=callbacks.windows(ticket.customer, at)), "call_form": CallForm()}
    return told | (forms if is_open else {})
