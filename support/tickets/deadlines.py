"""Deadlines: the clocks of a ticket, by which target each runs, and the index of what is due next.

The clocks are computed from the ticket's messages and activities whenever somebody asks. What `reckon` stores on the ticket
(`due_at`, `risk_at`, `next_step_at`) is an index for lists and for the ladder, written anew with every event and whenever
calendars, targets or the ladder changed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts.days import local_day
from accounts.timeline.models import Activity
from support.service_levels import calendars, clocks, targets
from support.service_levels.clocks import Event, Run
from support.service_levels.models import ClockKind, LadderStep, ServiceTarget, StepTaken
from support.service_levels.targets import Subject
from support.tickets.models import Message, Ticket

MINUTE: Final = timedelta(minutes=1)
AT_ONCE: Final = 200
ANSWERS: Final = (clocks.FIRST, clocks.NEXT, clocks.UPDATE)
ENDS: Final = {"support.ticket_resolved": clocks.RESOLVED, "support.ticket_reopened": clocks.REOPENED}


@dataclass(frozen=True)
class Clock:
    """One run of a clock with the target it is measured by (None: none is set), when it is due and what ran so far."""

    run: Run
    target: ServiceTarget | None
    due_at: datetime | None
    risk_at: datetime | None
    used: timedelta

    @property
    def label(self) -> str:
        """What the clock waits for."""
        return str(ClockKind(self.run.kind).label)

    @property
    def is_going(self) -> bool:
        """Whether it has not stopped."""
        return self.run.stopped_at is None

    def is_breached(self, at: datetime) -> bool:
        """Whether more time ran than was allowed."""
        return self.target is not None and self.used > self.target.minutes * MINUTE

    def share(self, percent: int) -> datetime | None:
        """Return when so much of the target is used up."""
        if self.target is None:
            return None
        on = calendars.clock_calendar(self.target.calendar)
        return self.run.due(on, self.target.minutes * MINUTE * percent / 100)


@dataclass(frozen=True)
class Sheet:
    """All clocks of a ticket, and what their targets depend on."""

    ticket: Ticket
    subject: Subject
    clocks: list[Clock]

    @property
    def next_due(self) -> Clock | None:
        """The clock that is due first of those that run."""
        return _first_due(self.clocks)

    @property
    def next_answer(self) -> Clock | None:
        """The clock by which the customer hears from us next."""
        return _first_due([each for each in self.clocks if each.run.kind in ANSWERS])


def sheet_of(ticket: Ticket, at: datetime) -> Sheet:
    """Return the clocks of `ticket` as they stand at `at`."""
    zone = ticket.customer.timezone
    subject = targets.subject_of(ticket.customer, priority=ticket.priority, kind=ticket.kind, on=local_day(at, zone))
    rows = list(_rows_since(ticket))
    found = [_clock(run, _on_day(rows, local_day(run.since, zone)), subject, at) for run in clocks.of(events_of(ticket))]
    return Sheet(ticket, subject, found)


def events_of(ticket: Ticket) -> list[Event]:
    """Return what happened to a ticket, and was said on those merged into it, that moves its clocks, in order."""
    thread = Ticket.objects.threaded_with(ticket)
    said = Message.objects.filter(ticket__in=thread.values("pk"), internal=False).order_by("sent_at", "pk")
    ended = Activity.objects.filter(about_kind="ticket", about_ref=ticket.ref, kind__in=ENDS).values_list("at", "kind")
    events = [Event(min(thread.values_list("opened_at", flat=True)), clocks.OPENED)]
    events += [Event(one.sent_at, _spoken(from_staff=one.from_staff, asks=one.asks)) for one in said.defer("text")]
    events += [Event(at, ENDS[kind]) for at, kind in ended.order_by("at", "pk")]
    return sorted(events, key=lambda event: event.at)  # stable: at one moment the word comes before what it ends


def reckon(ticket: Ticket, at: datetime) -> None:
    """Write the index of what is due next on a ticket that is locked."""
    sheet = None if ticket.status == Ticket.Status.RESOLVED else sheet_of(ticket, at)
    due = sheet.next_due if sheet else None
    ticket.due_at, ticket.risk_at = (due.due_at, due.risk_at) if due else (None, None)
    ticket.due_clock = due.run.kind if due else ""
    ticket.next_step_at = min((moment for moment, _, _ in steps_ahead(sheet)), default=None) if sheet else None
    ticket.reckoned_at = at
    ticket.save(update_fields=["due_at", "risk_at", "due_clock", "next_step_at", "reckoned_at"])


def steps_ahead(sheet: Sheet) -> list[tuple[datetime, LadderStep, datetime]]:
    """Return the steps of the ladder that were not taken yet: when each is reached, the step, and since when its clock runs."""
    taken = set(StepTaken.objects.filter(ticket=sheet.ticket).values_list("step", "since"))
    ahead = []
    for step in LadderStep.objects.filter(active=True):
        since, moment = _reached(step, sheet)
        if moment and (step.pk, since) not in taken:
            ahead.append((moment, step, since))
    return ahead


def out_of_date(*, at: datetime) -> "list[int]":
    """Return tickets whose index was written before calendars, targets or the ladder last changed, or never."""
    changed = targets.last_change()
    stale = Q(reckoned_at=None) | Q(reckoned_at__lt=changed) if changed else Q(reckoned_at=None)
    return list(
        Ticket.objects.unresolved().filter(stale, opened_at__lte=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    )


def _reached(step: LadderStep, sheet: Sheet) -> tuple[datetime, datetime | None]:
    """Return since when the thing runs that takes a step, and when it takes it (None: it does not)."""
    ticket, triggers = sheet.ticket, LadderStep.Trigger
    if step.trigger == triggers.SHARE:
        going = next((each for each in sheet.clocks if each.run.kind == step.clock and each.is_going), None)
        return (going.run.since, going.share(step.percent or 100)) if going else (ticket.opened_at, None)
    taken = {
        triggers.AMOUNT: lambda: _is_about(ticket, step),
        triggers.REPEAT: lambda: _contacts(ticket, step.days) >= (step.contacts or 2),
        triggers.TIER: lambda: sheet.subject.tier == step.tier,
    }[triggers(step.trigger)]()
    return ticket.opened_at, ticket.opened_at if taken else None


def _is_about(ticket: Ticket, step: LadderStep) -> bool:
    found = ticket.finding
    return bool(found and found.currency == step.currency and found.amount_minor >= (step.amount_minor or 0))


def _contacts(ticket: Ticket, days: int) -> int:
    lately = (ticket.opened_at - timedelta(days=days), ticket.opened_at)
    return Ticket.objects.filter(customer=ticket.customer_id, opened_at__range=lately).count()


def _clock(run: Run, on_day: list[ServiceTarget], subject: Subject, at: datetime) -> Clock:
    target = targets.most_specific(on_day, run.kind, subject)
    if target is None:
        return Clock(run, None, None, None, timedelta())
    on, allowed = calendars.clock_calendar(target.calendar), target.minutes * MINUTE
    return Clock(run, target, run.due(on, allowed), run.due(on, allowed * target.risk_percent / 100), run.used(on, at))


def _on_day(rows: list[ServiceTarget], day: date) -> list[ServiceTarget]:
    return [row for row in rows if row.since <= day and (row.until is None or row.until > day)]


def _rows_since(ticket: Ticket) -> "list[ServiceTarget]":
    rows = ServiceTarget.objects.filter(Q(until=None) | Q(until__gt=local_day(ticket.opened_at, ticket.customer.timezone)))
    return list(rows.select_related("calendar").prefetch_related("calendar__own_days").order_by("pk"))


def _first_due(among: list[Clock]) -> Clock | None:
    running = [(each.due_at, place) for place, each in enumerate(among) if each.is_going and each.due_at]
    return among[min(running)[1]] if running else None


def _spoken(*, from_staff: bool, asks: bool) -> str:
    if not from_staff:
        return clocks.CUSTOMER_WROTE
    return clocks.ASKED if asks else clocks.ANSWERED
