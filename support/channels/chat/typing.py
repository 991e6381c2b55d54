"""Typing: who is writing right now. Kept a few seconds in the cache and nowhere else; pages that are open are told at once."""

from typing import Final

from django.core.cache import cache

from accounts.people.models import User
from accounts.timeline import recording
from support.channels.chat.models import Chat
from support.tickets import conversation

KIND: Final = "support.typing"  # whispered: no activity
SECONDS: Final = 6
OURS, THEIRS = "ours", "theirs"


def note(*, actor: User, chat: Chat) -> None:
    """Let the other side of an open chat know that somebody writes."""
    if chat.state == Chat.State.ENDED:
        return
    side = OURS if conversation.is_staff(actor) else THEIRS
    if cache.get(_name(chat, side)) is None:
        recording.whisper(chat.ticket.customer, KIND, about_ref=chat.ticket.ref)
    cache.set(_name(chat, side), str(actor), SECONDS)


def stop(*, actor: User, chat: Chat) -> None:
    """Forget that somebody writes: what they wrote is there."""
    cache.delete(_name(chat, OURS if conversation.is_staff(actor) else THEIRS))


def who(chat: Chat, *, reader: User) -> str:
    """Return who of the other side is writing, or nothing."""
    side = THEIRS if conversation.is_staff(reader) else OURS
    return str(cache.get(_name(chat, side)) or "")


def _name(chat: Chat, side: str) -> str:
    return f"chat {chat.pk} {side} typing".replace(" ", "-")
