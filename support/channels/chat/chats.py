"""Chats: begin one, pick it up, talk, hand it over, end it.

Every word is a message of the ticket, written by tickets/conversation.py, so it stands on the ticket's page as well. A
chat begins only while we work and somebody is present; otherwise the same words open a ticket. Locks are taken in one
order: the person or the agent, the ticket, the chat. Repeating a call with the same key writes nothing twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.channels import service_hours
from support.channels.chat import presence, reading
from support.channels.chat.models import Chat
from support.tickets import conversation, threads, turns
from support.tickets.models import Message, Ticket

WAITING, LIVE, ENDED = Chat.State.WAITING, Chat.State.LIVE, Chat.State.ENDED
STEPS: Final[Mapping[str, frozenset[str]]] = {
    WAITING: frozenset({LIVE, ENDED}),
    LIVE: frozenset({LIVE, WAITING, ENDED}),  # live again: with another agent
    ENDED: frozenset(),
}
SEEN_EVERY: Final = timedelta(seconds=20)


@dataclass(frozen=True)
class Standing:
    """Whether a chat can begin now; if not, when somebody is there again and by when a ticket is answered."""

    is_open: bool
    somebody_there: bool
    before: int
    opens_at: datetime | None
    answer_by: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether a chat begins now."""
        return self.is_open and self.somebody_there


class SomebodyElseHasIt(Refusal):
    """A chat is with one agent; another one got it first."""

    code = "somebody_else_has_it"


class CannotTakeIt(Refusal):
    """The agent is not available, or in as many chats as they take at once."""

    code = "cannot_take_it"


class ChatHasEnded(Refusal):
    """A chat that ended stays so; the ticket goes on."""

    code = "chat_has_ended"


class AlreadyChatting(Refusal):
    """A person is in one chat at a time."""

    code = "already_chatting"


def standing(customer: Customer, at: datetime) -> Standing:
    """Say whether somebody is there for `customer` now."""
    hours = service_hours.of(customer, at)
    is_open, there = hours.is_open(at), presence.free(at).exists()
    before = Chat.objects.waiting().count() if is_open and there else 0
    return Standing(is_open, there, before, None if is_open else hours.opens_at(at), hours.answer_by(at))


def start(*, actor: User, customer: Customer, subject: str, text: str, key: UUID, at: datetime, **about: Any) -> Ticket:
    """Begin a chat, or open a ticket where nobody is there: a ticket comes back either way, and `open_on` says which.

    Who is in a chat about this customer already goes on in it: the words become a message there.

    Raises:
        Refusal: see conversation.open_ticket.
        AlreadyChatting: the person is in a chat about another customer.
    """
    with turns.patience(), transaction.atomic():
        turns.take(f"chat of {actor.pk}")
        access.decide(actor, access.ASK_FOR_HELP, customer).or_refuse()
        if earlier := of_person(actor):
            return _go_on(earlier, actor=actor, customer=customer, text=f"{subject.strip()}\n\n{text.strip()}", key=key, at=at)
        facts = {"kind": Ticket.Kind.OTHER, "channel": Ticket.Channel.CHAT} | about
        ticket = conversation.open_ticket(actor=actor, customer=customer, subject=subject, text=text, key=key, at=at, **facts)
        if ticket.opened_at == at:  # a form sent again begins nothing again
            _begin(ticket, actor=actor, at=at)
    return ticket


def start_on(*, actor: User, ticket: Ticket, text: str, key: UUID, at: datetime) -> Message:
    """Begin a chat on a ticket one has already; where nobody is there, the words are a reply on it.

    Raises:
        Refusal: see conversation.reply.
        AlreadyChatting: the person is in a chat on another ticket.
    """
    with turns.patience(), transaction.atomic():
        turns.take(f"chat of {actor.pk}")
        earlier = of_person(actor)
        if earlier and earlier.ticket_id != ticket.pk:
            raise AlreadyChatting(_elsewhere(earlier))
        known = Message.objects.filter(key=key).exists()
        message = conversation.reply(actor=actor, ticket=ticket, text=text, key=key, at=at)
        if not earlier and not known:
            _begin(conversation.lock(ticket), actor=actor, at=at)
    return message


def pick_up(*, actor: User, chat: Chat, at: datetime) -> Chat:
    """Take a chat that waits. Of two at once one gets it; who has it already may ask again.

    Raises:
        SomebodyElseHasIt, CannotTakeIt, ChatHasEnded: see there.
    """
    with turns.patience(), transaction.atomic():
        presence.lock(actor)
        chat = lock(chat)
        access.decide(actor, access.WORK_TICKETS, chat.ticket.customer).or_refuse()
        _require_open(chat)
        if chat.agent_id == actor.pk:
            return chat
        if chat.agent:
            raise SomebodyElseHasIt(_("{name} has this chat already.").format(name=chat.agent))
        _require_room(actor, at)
        _change(chat, state=LIVE, agent=actor, picked_up_at=at)
        conversation.assign(actor=actor, ticket=chat.ticket, to=actor, at=at)
        _record(chat, "support.chat_picked_up", actor=actor, at=at, agent=str(actor))
    return chat


def say(*, actor: User, chat: Chat, text: str, key: UUID, at: datetime) -> Message:
    """Write in a chat; of ours only the agent who has it.

    Raises:
        Refusal: see conversation.reply.
        SomebodyElseHasIt, ChatHasEnded: see there.
    """
    with turns.patience(), transaction.atomic():
        chat = lock(chat)
        _require_open(chat)
        if conversation.is_staff(actor):
            _require_holder(actor, chat)
        elif chat.person_id == actor.pk:
            _change(chat, seen_at=max(at, chat.seen_at))
        return conversation.reply(actor=actor, ticket=chat.ticket, text=text, key=key, at=at)


def hand_over(*, actor: User, chat: Chat, to: User, at: datetime) -> Chat:
    """Give a chat one has to a colleague who is present.

    Raises:
        SomebodyElseHasIt, CannotTakeIt, ChatHasEnded: see there.
    """
    with turns.patience(), transaction.atomic():
        presence.lock(to)
        chat = lock(chat)
        _require_open(chat)
        _require_holder(actor, chat)
        if to.pk == actor.pk:
            return chat
        _require_room(to, at)
        _change(chat, agent=to)
        conversation.assign(actor=actor, ticket=chat.ticket, to=to, at=at)
        _record(chat, "support.chat_handed_over", actor=actor, at=at, before=str(actor), agent=str(to))
    return chat


def end(*, actor: User, chat: Chat, at: datetime, words: str = "") -> Chat:
    """End a chat, by the customer or by the agent who has it; an agent's closing `words` resolve the ticket as well.

    Ending it again changes nothing.

    Raises:
        SomebodyElseHasIt: another agent has it.
        Refusal: not within reach, or the ticket cannot be resolved; see conversation.resolve.
    """
    by_staff = conversation.is_staff(actor)
    with turns.patience(), transaction.atomic():
        chat = lock(chat)
        access.decide(actor, access.WORK_TICKETS if by_staff else access.ASK_FOR_HELP, chat.ticket.customer).or_refuse()
        if chat.state == ENDED:
            return chat
        if by_staff:
            _require_holder(actor, chat)
        if by_staff and words.strip():
            conversation.resolve(actor=actor, ticket=chat.ticket, outcome=conversation.ANSWERED, text=words, at=at)
        close(chat, Chat.Ending.AGENT if by_staff else Chat.Ending.CUSTOMER, actor=actor, at=at)
    return chat


def show_life(*, actor: User, chat: Chat, at: datetime) -> None:
    """Note that the person's page is open, so that nobody takes them for gone."""
    seen_before = at - SEEN_EVERY
    Chat.objects.open().filter(pk=chat.pk, person=actor, seen_at__lt=seen_before).update(seen_at=at)


def close(chat: Chat, ending: str, *, actor: User | None, at: datetime) -> None:
    """End a chat that is locked, with the line of its transcript: how long it took and how much was said."""
    began, met = chat.picked_up_at or chat.started_at, chat.picked_up_at is not None
    said = chat.ticket.messages.filter(internal=False, sent_at__gte=chat.started_at, sent_at__lte=at).count()
    _change(chat, state=ENDED, ending=ending, ended_at=at)
    ours = list(reading.said_by_us(chat).values_list("pk", flat=True))[-reading.MOST_TOLD :]
    length = {"minutes": int((at - began).total_seconds() // 60), "messages": said}
    facts: dict[str, Any] = length | {"met": met, "person": chat.person_id, "said": ours}
    _record(chat, "support.chat_ended", actor=actor, at=at, ending=ending, **facts)


def miss(chat: Chat, ending: str, why: str, *, at: datetime) -> None:
    """Let a chat that is locked, and that nobody took, become a ticket; its person is told by when it is answered."""
    _change(chat, state=ENDED, ending=ending, ended_at=at)
    by = service_hours.of(chat.ticket.customer, at).answer_by(at)
    facts = {"why": why, "subject": chat.ticket.subject, "person": chat.person_id, "answer_by": by.isoformat() if by else ""}
    _record(chat, "support.chat_missed", actor=None, at=at, **facts)


def let_wait_again(chat: Chat, *, at: datetime) -> None:
    """Put a chat that is locked, and whose agent went away, back before everybody."""
    before = str(chat.agent)
    _change(chat, state=WAITING, agent=None, waiting_since=at)
    _record(chat, "support.chat_waits_again", actor=None, at=at, before=before)


def lock(chat: Chat) -> Chat:
    """Lock the ticket, then the chat, as it is now."""
    ticket = conversation.lock(chat.ticket)
    locked = Chat.objects.select_for_update(of=("self",)).select_related("agent", "person").get(pk=chat.pk)
    locked.ticket = ticket
    return locked


def open_on(ticket: Ticket) -> Chat | None:
    """Return the chat that goes on about a ticket."""
    return Chat.objects.open().filter(ticket=ticket).select_related("ticket__customer", "agent", "person").first()


def latest_on(ticket: Ticket) -> Chat | None:
    """Return the last chat about a ticket, whether it goes on or not."""
    found = Chat.objects.filter(ticket=ticket).select_related("ticket__customer", "agent", "person")
    return found.order_by("-started_at", "-pk").first()


def of_person(person: User) -> Chat | None:
    """Return the chat a person is in."""
    return Chat.objects.open().filter(person=person).select_related("ticket__customer", "agent", "person").first()


def visible_to(viewer: User) -> QuerySet[Chat]:
    """Return the chats on tickets of the customers within reach of `viewer`."""
    within = access.within_reach(viewer, "ticket__customer")
    return Chat.objects.filter(within).select_related("ticket__customer", "agent", "person")


def said_after(ticket: Ticket, viewer: User, last: int) -> QuerySet[Message]:
    """Return what was said since the message with the number `last`: who was away reads on exactly there."""
    return threads.messages_of(ticket, viewer).filter(pk__gt=last).order_by("pk")


def _begin(ticket: Ticket, *, actor: User, at: datetime) -> None:
    if not standing(ticket.customer, at).is_live or open_on(ticket):
        return
    chat = Chat.objects.create(ticket=ticket, person=actor, started_at=at, waiting_since=at, seen_at=at)
    _record(chat, "support.chat_started", actor=actor, at=at)


def _go_on(earlier: Chat, *, actor: User, customer: Customer, text: str, key: UUID, at: datetime) -> Ticket:
    if earlier.ticket.customer_id != customer.pk:
        raise AlreadyChatting(_elsewhere(earlier))
    if earlier.ticket.key != key:
        conversation.reply(actor=actor, ticket=earlier.ticket, text=text, key=key, at=at)
    return earlier.ticket


def _elsewhere(chat: Chat) -> str:
    facts = {"ref": chat.ticket.ref, "customer": chat.ticket.customer.name}
    return _("You are in a chat already, about {ref} of {customer}. End it first, or go on there.").format(**facts)


def _require_open(chat: Chat) -> None:
    if chat.state == ENDED:
        raise ChatHasEnded(_("This chat has ended. The ticket goes on: reply there."))


def _require_holder(actor: User, chat: Chat) -> None:
    if chat.agent_id != actor.pk:
        nobody = _("Take the chat first, then write in it.")
        raise SomebodyElseHasIt(_("{name} has this chat already.").format(name=chat.agent) if chat.agent else nobody)


def _require_room(person: User, at: datetime) -> None:
    decision = presence.may_take(person, at)
    if not decision.allowed:
        raise CannotTakeIt(decision.reason)


def _change(chat: Chat, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(chat, name, value)
    chat.save(update_fields=[*changed])


def _record(chat: Chat, kind: str, *, actor: User | None, at: datetime, **facts: Any) -> None:
    told = {"chat": chat.pk} | facts
    recording.record(chat.ticket.customer, kind, actor=actor, at=at, about=chat.ticket, facts=told)
