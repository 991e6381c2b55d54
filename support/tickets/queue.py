"""Queue: the lists agents work from, in pages that stay quick however long the list, with counts that stop at 1,000.

Tickets are listed by status, priority, age and number; the views of what is due by the moment it is due. A page ends at a
*place*: the sort values of its last ticket, as text for an address. Going on from a place skips and repeats nothing, also
when tickets were resolved in between. What is late is asked by the database's clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from django.db.models import DateTimeField, F, Func, PositiveIntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from support.tickets import conversation
from support.tickets.models import QUEUE_ORDER, MomentRange, Ticket, TicketQuerySet

PAGE: Final = 50
COUNTED: Final = 1_000
ORDER: Final = QUEUE_ORDER
DUE_ORDER: Final = ("due_at", "id")
OPEN_CHAT: Final = ("waiting", "live")  # a ticket has one open chat at most, so it is listed once
RISK: Final = MomentRange("risk_at", "due_at")

View = Callable[[TicketQuerySet, User], QuerySet[Ticket]]
VIEWS: Final[Mapping[str, View]] = {
    "mine": lambda tickets, viewer: tickets.filter(assignee=viewer).exclude(status=Ticket.Status.RESOLVED),
    "unassigned": lambda tickets, viewer: tickets.filter(assignee=None).exclude(status=Ticket.Status.RESOLVED),
    "open": lambda tickets, viewer: tickets.filter(status=Ticket.Status.OPEN),
    "waiting": lambda tickets, viewer: tickets.filter(status=Ticket.Status.WAITING),
    "approval": lambda tickets, viewer: tickets.filter(status=Ticket.Status.APPROVAL),
    "due": lambda tickets, viewer: tickets.filter(due_at__isnull=False),
    "at_risk": lambda tickets, viewer: tickets.filter(due_at__isnull=False).alias(risk=RISK).filter(risk__contains=Now()),
    "breached": lambda tickets, viewer: tickets.filter(due_at__lt=Now()),
    "resolved": lambda tickets, viewer: tickets.standing().filter(status=Ticket.Status.RESOLVED),
    "chat": lambda tickets, viewer: tickets.filter(chats__state__in=OPEN_CHAT),
    "declined": lambda tickets, viewer: tickets.filter(status=Ticket.Status.RESOLVED, outcome=conversation.DECLINED),
}
BY_DUE: Final = frozenset({"due", "at_risk", "breached"})


@dataclass(frozen=True)
class Place:
    """Where a page ended: the sort values of its last ticket."""

    status: str
    priority: str
    opened_at: datetime
    pk: int

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return the place of `ticket`."""
        return cls(ticket.status, ticket.priority, ticket.opened_at, ticket.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a place back from an address.

        Raises:
            NoSuchPlace: the text was not written by `str(place)`.
        """
        try:
            status, priority, opened_at, pk = text.split("~")
            return cls(status, priority, datetime.fromisoformat(opened_at).astimezone(UTC), int(pk))
        except (ValueError, OverflowError) as fault:
            raise NoSuchPlace(_("This page of the list does not exist. Start again from its top.")) from fault

    def __str__(self) -> str:
        return "~".join((self.status, self.priority, self.opened_at.isoformat(), str(self.pk)))


@dataclass(frozen=True)
class DuePlace:
    """Where a page of what is due ended."""

    due_at: datetime
    pk: int

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return the place of `ticket`."""
        return cls(ticket.due_at or ticket.opened_at, ticket.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a place back from an address.

        Raises:
            NoSuchPlace: the text was not written by `str(place)`.
        """
        try:
            due_at, pk = text.split("~")
            return cls(datetime.fromisoformat(due_at).astimezone(UTC), int(pk))
        except (ValueError, OverflowError) as fault:
            raise NoSuchPlace(_("This page of the list does not exist. Start again from its top.")) from fault

    def __str__(self) -> str:
        return "~".join((self.due_at.isoformat(), str(self.pk)))


@dataclass(frozen=True)
class Page:
    """Some tickets of a view, and the place where the next ones begin (None: these were the last)."""

    tickets: list[Ticket]
    next: Place | DuePlace | None


@dataclass(frozen=True)
class Count:
    """How many tickets a view holds; `text` says "1,000+" when counting was stopped."""

    number: int
    more: bool = False

    @property
    def text(self) -> str:
        """The count as it is shown."""
        return f"{self.number:,}{'+' if self.more else ''}"


class NoSuchPlace(Refusal):
    """A place that no page of a list ended at."""

    code = "no_such_place"


class NoSuchView(Refusal):
    """A view that `VIEWS` does not name."""

    code = "no_such_view"


def place_of(view: str, text: str) -> Place | DuePlace:
    """Read the place at which a page of `view` ended back from an address.

    Raises:
        NoSuchPlace: no page of this view ended there.
    """
    return DuePlace.parse(text) if view in BY_DUE else Place.parse(text)


def page(viewer: User, view: str, *, after: Place | DuePlace | None = None, limit: int = PAGE) -> Page:
    """Return the tickets of a view that follow `after`, each with its customer, assignee and requester.

    Raises:
        NoSuchView: there is no view of that name.
    """
    kind, order = (DuePlace, DUE_ORDER) if view in BY_DUE else (Place, ORDER)
    listed = tickets_of(viewer, view).select_related("customer", "assignee", "requester").order_by(*order)
    follows = _follows(after) if isinstance(after, kind) else Q()
    found = list(listed.filter(follows)[: limit + 1])
    return Page(tickets=found[:limit], next=kind.of(found[limit - 1]) if len(found) > limit else None)


def counts(viewer: User) -> dict[str, Count]:
    """Return how many tickets each view holds, counting to 1,000 at most; one statement for all views."""
    asked = {view: _Rows(tickets_of(viewer, view).order_by().values("pk")[: COUNTED + 1]) for view in VIEWS}
    found = User.objects.filter(pk=viewer.pk).values_list(*asked.values()).get()
    return {view: Count(min(number, COUNTED), more=number > COUNTED) for view, number in zip(VIEWS, found, strict=True)}


def tickets_of(viewer: User, view: str) -> QuerySet[Ticket]:
    """Return the tickets of a view; nobody but those who work on tickets has a queue.

    Raises:
        NoSuchView: there is no view of that name.
    """
    if view not in VIEWS:
        raise NoSuchView(_("There is no such view."))
    within = Ticket.objects.filter(access.within_reach(viewer, "customer", access.WORK_TICKETS))
    return VIEWS[view](within if conversation.is_staff(viewer) else within.none(), viewer)


class _Rows(Subquery):
    """How many rows a question finds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS found)"
    output_field = PositiveIntegerField()
    empty_result_set_value = 0


def _follows(place: Place | DuePlace) -> GreaterThan:
    """Compare whole rows, as the indexes `ticket_queue` and `ticket_by_due` are sorted."""
    if isinstance(place, DuePlace):
        return GreaterThan(_row(*map(F, DUE_ORDER)), _row(Value(place.due_at), Value(place.pk)))
    there = (Value(place.status), Value(place.priority), Value(place.opened_at), Value(place.pk))
    return GreaterThan(_row(*map(F, ORDER)), _row(*there))


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=DateTimeField())
