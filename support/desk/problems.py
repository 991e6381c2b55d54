"""Problems: one cause behind many tickets of many customers, from the first suspicion to one answer for all of them.

A problem is for our own people; a customer reads only what is written on their own ticket. What is written to all goes as a bulk
(`bulk.py`), with a preview and a result for each. A ticket belongs to one problem at a time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from support.desk.models import Problem
from support.tickets import conversation, threads, turns
from support.tickets.models import Ticket

PROPOSED, OPEN, SOLVED, DISMISSED = (status.value for status in Problem.Status)
STEPS: Final = {
    PROPOSED: frozenset({OPEN, SOLVED, DISMISSED}),
    OPEN: frozenset({SOLVED, DISMISSED}),
    SOLVED: frozenset({OPEN}),
    DISMISSED: frozenset({OPEN}),
}


class ProblemStepRefused(Refusal):
    """A problem goes only by `STEPS`."""

    code = "problem_step_refused"


class NobodysProblem(Refusal):
    """Problems are for those who work on tickets."""

    code = "nobodys_problem"


def open_problem(*, actor: User | None, title: str, key: UUID, at: datetime, cause: str = "", proposed: bool = False) -> Problem:
    """Open a problem, or propose one in nobody's name. The same key is one problem.

    Raises:
        NobodysProblem, WordsMissing: the actor does not work on tickets; or it has no title.
    """
    if actor:
        _require_worker(actor)
    facts = {
        "title": conversation.words(title, conversation.LONGEST_SUBJECT), "cause": cause.replace("\x00", "").strip()[:10_000],
        "status": PROPOSED if proposed else OPEN, "opened_by": actor, "opened_at": at,
    }  # fmt: skip
    with turns.patience(), transaction.atomic():
        problem, is_new = Problem.objects.get_or_create(key=key, defaults=facts | {"ref": numbering.next_ref("PB")})
        if is_new:
            _record(problem, plain(problem, "status"), actor, at)
    return problem


def attach(*, actor: User | None, problem: Problem, tickets: Iterable[Ticket], at: datetime) -> list[Ticket]:
    """Attach tickets to a problem; those of another problem stay there. Return which were attached now.

    Raises:
        Refusal: one of them is not within reach.
        ProblemStepRefused: the problem has ended.
    """
    with turns.patience(), transaction.atomic():
        problem = _locked(problem)
        if problem.status not in (PROPOSED, OPEN):
            raise ProblemStepRefused(_("{ref} has ended. Open it again first.").format(ref=problem.ref))
        chosen = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=[ticket.pk for ticket in tickets]).order_by("pk")
        attached = []
        for ticket in chosen.standing().filter(problem=None).select_related("customer"):
            if actor:
                access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
            _set(ticket, problem, actor, at)
            attached.append(ticket)
    return attached


def detach(*, actor: User, ticket: Ticket, at: datetime) -> Ticket:
    """Take a ticket off its problem; it had another cause. Doing it again changes nothing.

    Raises:
        Refusal: not within reach.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if ticket.problem_id:
            _set(ticket, None, actor, at)
    return ticket


def move(*, actor: User, problem: Problem, to: str, at: datetime, cause: str = "") -> Problem:
    """Say that a problem is one, that it is solved, or that it is none; the words become its known cause.

    Raises:
        NobodysProblem, ProblemStepRefused: the actor does not work on tickets; or it does not go there from where it stands.
    """
    _require_worker(actor)
    with turns.patience(), transaction.atomic():
        problem = _locked(problem)
        if to == problem.status:
            return problem
        if to not in STEPS[problem.status]:
            raise ProblemStepRefused(_("A problem that is “{now}” does not go there.").format(now=problem.get_status_display()))
        ended = to in (SOLVED, DISMISSED)
        problem.status, problem.cause = to, cause.replace("\x00", "").strip()[:10_000] or problem.cause
        problem.ended_by, problem.ended_at = (actor, at) if ended else (None, None)
        problem.save(update_fields=["status", "cause", "ended_by", "ended_at"])
        _record(problem, plain(problem, "status"), actor, at)
    return problem


def visible_to(viewer: User) -> QuerySet[Problem]:
    """Return the problems, for those who work on tickets; each with how many tickets it has and how many are open."""
    found = Problem.objects.all() if access.level_of(viewer) in access.WORK_TICKETS.levels else Problem.objects.none()
    unresolved = ~Q(tickets__status=Ticket.Status.RESOLVED) & Q(tickets__isnull=False)
    return found.annotate(size=Count("tickets"), unresolved=Count("tickets", filter=unresolved)).order_by("-opened_at", "-pk")


def tickets_of(problem: Problem, viewer: User) -> QuerySet[Ticket]:
    """Return the tickets of a problem within the viewer's reach, the open ones first."""
    found = threads.visible_to(viewer).filter(problem=problem)
    return found.select_related("customer", "assignee", "requester").order_by("status", "opened_at", "pk")


def _locked(problem: Problem) -> Problem:
    return Problem.objects.select_for_update().get(pk=problem.pk)


def _require_worker(actor: User) -> None:
    if access.level_of(actor) not in access.WORK_TICKETS.levels:
        raise NobodysProblem(_("Problems are for those who work on tickets."))


def _set(ticket: Ticket, problem: Problem | None, actor: User | None, at: datetime) -> None:
    ticket.problem, ticket.touched_at = problem, at
    ticket.save(update_fields=["problem", "touched_at"])
    what = _("belongs to {problem}").format(problem=problem) if problem else _("belongs to no problem any more")
    recording.record(
        ticket.customer, "support.tickets_linked", actor=actor, at=at, about=ticket, facts={"what": what}, internal=True
    )


def _record(problem: Problem, what: str, actor: User | None, at: datetime) -> None:
    facts = {"title": problem.title, "what": what}
    recording.record(None, "support.problem_changed", actor=actor, at=at, about=problem, facts=facts, internal=True)
