"""Help for tests of the agents' desk: bulks, problems, macros and saved views."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from django.utils import timezone

from accounts.people.models import User
from support.channels.files import File
from support.desk import bulk as bulks
from support.desk import macros, problems, saved_views
from support.desk.bulk_models import Bulk
from support.desk.changes import Change
from support.desk.filters import Filters
from support.desk.macro_models import MacroVersion, Outgoing, SavedView
from support.desk.models import Problem
from support.desk.topic_models import Topic
from support.tickets import field_setting
from support.tickets.field_models import TicketField
from support.tickets.field_setting import Asked
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

ON_TICKET: Final = frozenset(
    {"ticket_presences", "links", "merges", "separations", "splits", "parents", "problem_attachments", "ticket_problems"}
)


def bulk(*tickets: Ticket, change: Change | None = None) -> Bulk:
    """A change made to some tickets by an agent."""
    chosen, change = tickets or (support.ticket(),), change or Change(priority="1")
    made = bulks.begin(actor=people.agent(), tickets=chosen, change=change, key=uuid4(), at=NOON)
    bulks.work_off(made, at=NOON)
    return made


def problem(*tickets: Ticket) -> Problem:
    """A problem with some tickets."""
    agent = people.agent()
    made = problems.open_problem(actor=agent, title="Billed twice", key=uuid4(), at=NOON)
    problems.attach(actor=agent, problem=made, tickets=tickets or [support.ticket()], at=NOON)
    return made


def addresses(route: str, granted: Any) -> dict[str, list[object]]:
    """What the addresses of the desk name."""
    if route == "macro":
        return {route: [granted.ticket.ref, macro().macro.code]}
    if route in {"view_changes", "takings_back"}:
        return {"view_changes": [view(people.supervisor(), shared=True).pk], "takings_back": [outgoing_reply(granted.ticket).pk]}
    if route in {"bulk", "bulk_undoings"}:
        return {route: [bulk().pk]}
    return {route: [problem().ref]} if route in {"problem", "problem_steps"} else {}


def agent() -> User:
    """One of our agents."""
    return people.agent()


def macro(
    code: str = "hello", *, change: Change | None = None, inputs: dict[str, str] | None = None, attached: Sequence[File] = ()
) -> MacroVersion:
    """A macro that says hello, or makes `change`."""
    contents = macros.Contents("Say hello", change or Change(text="Dear {customer}, hello."), inputs or {})
    return macros.write(actor=people.manager(), code=code, contents=contents, at=NOON, attached=attached)


def field(code: str = "order", **asked: Any) -> TicketField:
    """A field that is asked about tickets of every kind."""
    return field_setting.set_field(actor=people.manager(), code=code, asked=Asked(**{"label": code.title()} | asked), at=NOON)


def view(owner: User, name: str = "Open", *, shared: bool = False, **asked: str) -> SavedView:
    """A saved view of somebody."""
    return saved_views.keep(actor=owner, name=name, asked=Filters.read(asked or {"status": "open"}), shared=shared)


def outgoing_reply(on: Ticket | None = None, *, by: User | None = None) -> Outgoing:
    """A reply that rests."""
    ticket, author = on or support.ticket(), by or people.agent()
    return Outgoing.objects.create(
        ticket=ticket, author=author, change=Change(text="Soon.").kept(), key=uuid4(), written_at=NOON, leaves_at=timezone.now()
    )


def topic(code: str = "double-billing", **facts: Any) -> Topic:
    """A topic known by the words "billed twice"."""
    given = {"label": "Double billing", "words": ["billed twice"], "active": True} | facts
    return Topic.objects.update_or_create(code=code, defaults=given)[0]


def staff_api(route: str, ticket: Ticket) -> dict[str, list[object]]:
    """What the addresses of the desk in the API name."""
    if route in {"merges", "separations", "splits"}:
        return {route: [ticket.ref]}
    if route == "macro_uses":
        return {route: [ticket.ref, macro().macro.code]}
    return {route: [bulk().pk]} if route in {"bulk", "bulk_undoings"} else {}
