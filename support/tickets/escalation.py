"""Escalation: a ticket takes the steps of the ladder it has reached; who is to know is told of each once."""

from datetime import datetime

from django.db import transaction

from accounts.timeline import recording
from support.service_levels import ladder
from support.service_levels.models import LadderStep, StepTaken
from support.tickets import conversation, deadlines
from support.tickets.models import Ticket

AT_ONCE = 200


def climb(*, at: datetime) -> int:
    """Let every ticket take the steps it has reached by `at`; return how many were taken. Doing it again takes none."""
    waiting = Ticket.objects.unresolved().filter(next_step_at__lte=at).order_by("next_step_at", "pk")
    return sum(_climb(ticket, at) for ticket in waiting[:AT_ONCE])


def reckon_stale(*, at: datetime) -> int:
    """Write the index of due moments anew where calendars, targets or the ladder changed since; return for how many tickets."""
    stale = deadlines.out_of_date(at=at)
    for pk in stale:
        with transaction.atomic():
            deadlines.reckon(conversation.lock(Ticket(pk=pk)), at)
    return len(stale)


def highest_step(ticket: Ticket) -> LadderStep | None:
    """Return the highest step that a ticket has taken."""
    taken = StepTaken.objects.filter(ticket=ticket).select_related("step").order_by("-step__number", "-pk").first()
    return taken.step if taken else None


def _climb(ticket: Ticket, at: datetime) -> int:
    with transaction.atomic():
        ticket = conversation.lock(ticket)
        if ticket.status == Ticket.Status.RESOLVED:
            return 0
        reached = [ahead for ahead in deadlines.steps_ahead(deadlines.sheet_of(ticket, at)) if ahead[0] <= at]
        for _moment, step, since in reached:
            _take(ticket, step, since, at)
        deadlines.reckon(ticket, at)
    return len(reached)


def _take(ticket: Ticket, step: LadderStep, since: datetime, at: datetime) -> None:
    StepTaken.objects.create(ticket=ticket, step=step, since=since, taken_at=at)
    facts = {"step": step.number, "why": ladder.words(step), "level": step.level, "subject": ticket.subject}
    recording.record(ticket.customer, "support.ticket_escalated", actor=None, at=at, about=ticket, facts=facts, internal=True)
