"""Filters: what a list of tickets is asked for. The same words narrow a page, a saved view and the API.

What makes no sense does not narrow. Every list starts from the tickets of customers whose tickets the viewer works on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from django.db.models import Q

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from support.channels.chat.models import Chat
from support.tickets import conversation, field_values
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket, TicketQuerySet

UNRESOLVED: Final = "unresolved"
STATES: Final = (UNRESOLVED, *Ticket.Status.values)
ME, NOBODY = "me", "nobody"
LONGEST: Final = 200
WAITING, LIVE = Chat.State.WAITING.value, Chat.State.LIVE.value
CHATS: Final = {"open": (WAITING, LIVE), WAITING: (WAITING,), LIVE: (LIVE,)}


@dataclass(frozen=True)
class Filters:
    """What is asked for, as text from an address; empty: everything."""

    words: str = ""
    status: str = ""
    kind: str = ""
    priority: str = ""
    channel: str = ""
    assignee: str = ""
    tag: str = ""
    field: str = ""
    value: str = ""
    customer: str = ""
    problem: str = ""
    chat: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the filters in an address or a saved view; names it does not know are passed over."""
        said = {each.name: str(given.get(each.name) or "").replace("\x00", "").strip()[:LONGEST] for each in fields(cls)}
        return cls(**said)

    def kept(self) -> dict[str, str]:
        """Return what narrows, as it is stored and as an address says it."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name))}


def tickets(viewer: User, asked: Filters) -> TicketQuerySet:
    """Return the tickets asked for that the viewer works on; merged ones are read with their survivors."""
    found: TicketQuerySet = Ticket.objects.for_customers(access.customers_within_reach(viewer, access.WORK_TICKETS)).standing()
    if not conversation.is_staff(viewer):
        return found.none()
    return found.filter(_said(asked), _who(viewer, asked.assignee))


def _said(asked: Filters) -> Q:
    wanted = _filled(asked.field, asked.value)
    if asked.words:
        wanted &= Q(subject__icontains=asked.words) | Q(ref__iexact=asked.words)
    if asked.status == UNRESOLVED:
        wanted &= ~Q(status=Ticket.Status.RESOLVED)
    elif asked.status in STATES:
        wanted &= Q(status=asked.status)
    for name, known in (("kind", Ticket.Kind), ("priority", Ticket.Priority), ("channel", Ticket.Channel)):
        if (value := getattr(asked, name)) in known.values:
            wanted &= Q(**{name: value})
    if asked.tag:
        wanted &= Q(tags__contains=[asked.tag.lower()])
    if asked.customer:
        wanted &= Q(customer__number__iexact=asked.customer)
    if asked.chat in CHATS:
        wanted &= Q(pk__in=Chat.objects.filter(state__in=CHATS[asked.chat]).values("ticket"))
    return wanted & Q(problem__ref__iexact=asked.problem) if asked.problem else wanted


def _filled(code: str, value: str) -> Q:
    """Tickets with a value in a field, as it is kept or, for an option, by its label; what does not fit narrows to none."""
    asked = TicketField.objects.filter(code=code).first() if code and value else None
    if asked is None:
        return Q()
    try:
        return Q(fields__contains={code: field_values.sought(asked, value)})
    except Refusal:
        return Q(pk=None)


def _who(viewer: User, assignee: str) -> Q:
    if assignee == ME:
        return Q(assignee=viewer)
    if assignee == NOBODY:
        return Q(assignee=None)
    return Q(assignee=int(assignee)) if assignee.isascii() and assignee.isdecimal() and len(assignee) < 10 else Q()
