"""Queue: the lists agents work from, in pages that stay quick however long the list, with counts that stop at 1,000.

Tickets are listed by status, priority, age and number; the views of what is due by the moment it is due. A page ends at a
*place*: the sort values of its last ticket, as text for an address. Going on from a place skips and repeats nothing, also
when tickets were resolved in between. What is late is asked by the database's clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Self

from django.db.models import DateTimeField, F, Func, PositiveIntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access, asked
from accounts.people.asked import Asked
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
    "mine": lambda tickets, viewer: tickets.filter(assignee=viewer.pk).exclude(status=Ticket.Status.RESOLVED),
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
    """Return the tickets of a view that follow `after`, each with its customer.

    Raises:
        NoSuchView: there is no view of that name.
    """
    _require_known(view)
    kind = DuePlace if view in BY_DUE else Place
    if isinstance(after, kind):
        found = _following(view, limit + 1)(viewer=viewer, **asdict(after))
    else:
        found = _first(view, limit + 1)(viewer=viewer)
    return Page(tickets=found[:limit], next=kind.of(found[limit - 1]) if len(found) > limit else None)


def counts(viewer: User) -> dict[str, Count]:
    """Return how many tickets each view holds, counting to 1,000 at most; one statement for all views."""
    (found,) = _counted(viewer=viewer)
    return {view: Count(min(number, COUNTED), more=number > COUNTED) for view, number in zip(VIEWS, found, strict=True)}


def tickets_of(viewer: User, view: str) -> QuerySet[Ticket]:
    """Return the tickets of a view; nobody but those who work on tickets has a queue.

    Raises:
        NoSuchView: there is no view of that name.
    """
    _require_known(view)
    within = Ticket.objects.filter(access.within_reach(viewer, "customer", access.WORK_TICKETS))
    return VIEWS[view](within if conversation.is_staff(viewer) else within.none(), viewer)


def _require_known(view: str) -> None:
    if view not in VIEWS:
        raise NoSuchView(_("There is no such view."))


@cache
def _first(view: str, most: int) -> Asked[Ticket]:
    return asked.statement(lambda viewer: _listed(viewer, view)[:most])


@cache
def _following(view: str, most: int) -> Asked[Ticket]:
    def due(viewer: User, due_at: datetime, pk: int) -> QuerySet[Ticket]:
        return _listed(viewer, view).filter(_follow(DUE_ORDER, due_at, pk))[:most]

    def queued(viewer: User, status: str, priority: str, opened_at: datetime, pk: int) -> QuerySet[Ticket]:
        return _listed(viewer, view).filter(_follow(ORDER, status, priority, opened_at, pk))[:most]

    return asked.statement(due if view in BY_DUE else queued)


def _listed(viewer: User, view: str) -> QuerySet[Ticket]:
    order = DUE_ORDER if view in BY_DUE else ORDER
    return tickets_of(viewer, view).select_related("customer").order_by(*order)


def _follow(order: Sequence[str], *place: Any) -> GreaterThan:
    """Compare whole rows, as the indexes `ticket_queue` and `ticket_by_due` are sorted."""
    there = (value if isinstance(value, Value) else Value(value) for value in place)
    return GreaterThan(_row(*map(F, order)), _row(*there))


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=DateTimeField())


@asked.statement
def _counted(viewer: User) -> QuerySet[User, tuple[int, ...]]:
    found = [_Rows(tickets_of(viewer, view).order_by().values("pk")[: COUNTED + 1]) for view in VIEWS]
    return User.objects.filter(pk=viewer.pk).values_list(*found)


class _Rows(Subquery):
    """How many rows a question finds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS found)"
    output_field = PositiveIntegerField()
    empty_result_set_value = 0
