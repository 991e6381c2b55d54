"""Help for tests of the agents' desk: bulks, problems, macros and saved views."""

from typing import Any, Final
from uuid import uuid4

from support.desk import bulk as bulks
from support.desk import problems
from support.desk.bulk_models import Bulk
from support.desk.changes import Change
from support.desk.models import Problem
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

ON_TICKET: Final = frozenset({"links", "merges", "separations", "splits", "parents", "problem_attachments", "ticket_problems"})


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


def addresses(route: str, _granted: Any) -> dict[str, list[object]]:
    """What the addresses of the desk name."""
    if route in {"bulk", "bulk_undoings"}:
        return {route: [bulk().pk]}
    return {route: [problem().ref]} if route in {"problem", "problem_steps"} else {}
