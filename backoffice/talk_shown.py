"""The desk over the queue: whether the viewer takes chats, which chats wait and since when, and which calls are wanted."""

from datetime import datetime
from typing import Any

from accounts.people import access
from accounts.people.models import User
from backoffice.forms.chats import PresenceForm
from support.channels import callbacks
from support.channels.chat import chats, presence
from support.channels.chat.models import Chat

SHOWN = 8


def shown(viewer: User, at: datetime) -> dict[str, Any]:
    """Return the desk of `viewer`; nothing for those who do not work on tickets."""
    if access.level_of(viewer) not in access.WORK_TICKETS.levels:
        return {}
    said = presence.of(viewer)
    initial = {"state": said.state, "at_once": said.at_once} if said else {"state": presence.AWAY}
    within = chats.visible_to(viewer)
    calls = [_call(callback, at) for callback in callbacks.waiting(viewer)[:SHOWN]]
    return {
        "presence": said,
        "presence_form": PresenceForm(initial=initial),
        "chats_waiting": list(within.filter(state=Chat.State.WAITING).order_by("waiting_since", "pk")[:SHOWN]),
        "chats_mine": list(within.filter(state=Chat.State.LIVE, agent=viewer).order_by("picked_up_at", "pk")),
        "calls_wanted": calls,
    }


def _call(callback: Any, at: datetime) -> dict[str, Any]:
    due = callback.since <= at
    late = callbacks.is_late(callback, at)
    return {"callback": callback, "window": callbacks.window_of(callback).words, "due": due, "late": late}
