"""Presence: which of our people take chats now. Who is available but was not seen for three minutes is not there."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import ready
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from support.channels.chat.models import MOST_AT_ONCE, Chat, Presence

GONE_AFTER: Final = timedelta(minutes=3)
SEEN_EVERY: Final = timedelta(seconds=30)
AVAILABLE, BUSY, AWAY = Presence.State.AVAILABLE, Presence.State.BUSY, Presence.State.AWAY


class MayNotChat(Refusal):
    """Only those who work on tickets take chats."""

    code = "may_not_chat"


class NoSuchPresence(Refusal):
    """Available, busy or away, for one to ten chats at once."""

    code = "no_such_presence"


def declare(*, actor: User, state: str, at_once: int, at: datetime) -> Presence:
    """Say whether one takes chats, and how many at once. Chats one is in already go on.

    Raises:
        MayNotChat, NoSuchPresence: see there.
    """
    if not access.may_anywhere(actor, access.WORK_TICKETS):
        raise MayNotChat(_("Only those who work on tickets take chats."))
    if state not in Presence.State.values or not 1 <= at_once <= MOST_AT_ONCE:
        raise NoSuchPresence(_("Choose available, busy or away, and one to {most} chats at once.").format(most=MOST_AT_ONCE))
    facts = {"state": state, "at_once": at_once, "changed_at": at, "seen_at": at}
    return Presence.objects.update_or_create(agent=actor, defaults=facts)[0]


def see(*, actor: User, at: datetime) -> None:
    """Note that somebody of ours has their desk open; written twice a minute at most."""
    Presence.objects.filter(agent=actor, seen_at__lt=at - SEEN_EVERY).update(seen_at=at)


def of(person: User) -> Presence | None:
    """Return what a person said of themselves."""
    return next(iter(_of(person=person)), None)


@ready.statement
def _of(person: Fact) -> QuerySet[Presence]:
    return Presence.objects.filter(agent=person)


def present(at: datetime) -> QuerySet[Any]:
    """Return those who are there and available, with their open chats as `chats`, the least busy first."""
    held = Chat.objects.filter(agent=OuterRef("agent"), state=Chat.State.LIVE).order_by().values("agent").annotate(n=Count("pk"))
    there = Presence.objects.filter(state=AVAILABLE, seen_at__gt=at - GONE_AFTER, agent__is_active=True)
    counted = there.annotate(chats=Coalesce(Subquery(held.values("n")), 0))
    return counted.select_related("agent").order_by("chats", "agent_id")


def free(at: datetime) -> QuerySet[Any]:
    """Return those of `present` who can take one more."""
    return present(at).filter(chats__lt=F("at_once"))


def may_take(person: User, at: datetime) -> Decision:
    """Say whether a person can take one more chat."""
    found = present(at).filter(agent=person).first()
    if found is None:
        return refused("not_available", _("{name} is not available for chats.").format(name=person))
    if found.chats >= found.at_once:
        facts = {"name": person, "number": found.chats}
        return refused("enough_chats", _("{name} is in {number} chats, the most they take at once.").format(**facts))
    return ALLOWED


def lock(person: User) -> None:
    """Let nobody else count the chats of a person until the transaction ends."""
    list(Presence.objects.select_for_update().filter(agent=person).values_list("pk"))
