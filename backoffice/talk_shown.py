"""The desk over the queue: whether the viewer takes chats, which chats wait and since when, and which calls are wanted."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.people import access, asked
from accounts.people.models import User
from backoffice.forms.chats import PresenceForm
from support.channels import callbacks
from support.channels.chat import chats, presence
from support.channels.chat.models import Chat
from support.channels.models import CallBack

SHOWN, READ = 8, 60  # nobody has more than a few chats at once, and theirs come before those that wait


def shown(viewer: User, at: datetime) -> dict[str, Any]:
    """Return the desk of `viewer`; nothing for those who do not work on tickets."""
    if access.level_of(viewer) not in access.WORK_TICKETS.levels:
        return {}
    said = presence.of(viewer)
    initial = {"state": said.state, "at_once": said.at_once} if said else {"state": presence.AWAY}
    waiting, mine = _chats(viewer)
    calls = [_call(callback, at) for callback in _calls(viewer=viewer)]
    return {
        "presence": said,
        "presence_form": PresenceForm(initial=initial),
        "chats_waiting": waiting,
        "chats_mine": mine,
        "calls_wanted": calls,
    }


def _chats(viewer: User) -> tuple[list[Chat], list[Chat]]:
    """Return the chats that wait longest and those that the viewer has, in the order taken; one statement."""
    found = _going_chats(viewer=viewer)
    waiting = [chat for chat in found if chat.state == Chat.State.WAITING]
    mine = [chat for chat in found if chat.state == Chat.State.LIVE]
    return waiting[:SHOWN], sorted(mine, key=lambda chat: (chat.picked_up_at or chat.started_at, chat.pk))


@asked.statement
def _going_chats(viewer: User) -> QuerySet[Chat]:
    theirs = Q(state=Chat.State.WAITING) | Q(state=Chat.State.LIVE, agent=viewer.pk)
    return chats.visible_to(viewer).filter(theirs).order_by("state", "waiting_since", "pk")[:READ]


@asked.statement
def _calls(viewer: User) -> QuerySet[CallBack]:
    return callbacks.waiting(viewer)[:SHOWN]


def _call(callback: Any, at: datetime) -> dict[str, Any]:
    due = callback.since <= at
    late = callbacks.is_late(callback, at)
    return {"callback": callback, "window": callbacks.window_of(callback).words, "due": due, "late": late}
