"""How long we may take on a ticket: each clock with its arithmetic, the step of the ladder, and what watches the account."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import StaffProfile
from support.service_levels import calendars, ladder, targets
from support.service_levels.models import ClockKind, LadderStep
from support.tickets import account_escalation, deadlines, escalation
from support.tickets.deadlines import Clock, Sheet
from support.tickets.models import Ticket
from window.formats import ago, day, moment

MINUTE = timedelta(minutes=1)


def shown(ticket: Ticket, *, at: datetime) -> dict[str, object]:
    """Return the clocks of a ticket as its page shows them, its step of the ladder, and the escalation of its account."""
    sheet = deadlines.sheet_of(ticket, at)
    measured = [clock for clock in sheet.clocks if clock.target]
    taken = escalation.highest_step(ticket)
    return {
        "clocks": [_clock(clock, sheet, at) for clock in measured if clock.is_going],
        "clocks_stopped": [_clock(clock, sheet, at) for clock in measured if not clock.is_going],
        "ladder_step": taken.number if taken else 0,
        "ladder_why": _why(taken) if taken else "",
        "account_escalation": account_escalation.covering(ticket.customer),
    }


def mark(ticket: Ticket, *, at: datetime) -> dict[str, object] | None:
    """Return how a row of a list marks what is due on it: what for, when, and the tone."""
    if ticket.due_at is None:
        return None
    late = ticket.due_at < at
    tone = "bad" if late else "warning" if ticket.risk_at and ticket.risk_at <= at else ""
    label = ClockKind(ticket.due_clock).label if ticket.due_clock else ""
    when = _("was due %(ago)s") % {"ago": ago(ticket.due_at, at)} if late else _("by %(at)s") % {"at": moment(ticket.due_at)}
    return {"label": label, "tone": tone, "when": when}


def _why(step: LadderStep) -> str:
    facts = {"why": ladder.words(step), "level": StaffProfile.Level(step.level).label}
    return _("%(why)s; told: %(level)s") % facts


def _clock(clock: Clock, sheet: Sheet, at: datetime) -> dict[str, object]:
    breached = clock.is_breached(at)
    risk = clock.is_going and clock.risk_at is not None and clock.risk_at <= at
    return {
        "label": clock.label,
        "tone": "bad" if breached else "warning" if risk else "info" if clock.is_going else "good",
        "state": _state(clock, breached=breached),
        "due_at": clock.due_at if clock.is_going else None,
        "arithmetic": _arithmetic(clock, sheet),
    }


def _state(clock: Clock, *, breached: bool) -> str:
    used, allowed = clock.used // MINUTE, clock.target.minutes if clock.target else 0
    words = _("%(used)s of %(allowed)s minutes") % {"used": used, "allowed": allowed}
    if clock.is_going and clock.due_at is None:
        return _("%(words)s, waits for the customer") % {"words": words}
    return _("%(words)s: too late") % {"words": words} if breached else words


def _arithmetic(clock: Clock, sheet: Sheet) -> list[dict[str, object]]:
    """Return how the moment came about, one fact a line."""
    target, run = clock.target, clock.run
    if target is None:
        return []
    calendar = target.calendar
    facts: list[dict[str, object]] = [
        {"term": _("Target"), "value": _("%(minutes)s minutes") % {"minutes": target.minutes}, "note": _source(clock, sheet)},
        {"term": _("Hours"), "value": calendars.in_words(calendar), "note": f"{calendar.name}, {calendar.timezone}"},
        {"term": _("Began"), "value": moment(run.since)},
    ]
    facts += [{"term": _("Paused"), "value": f"{moment(since)} – {moment(until)}"} for since, until in run.pauses]
    facts += [{"term": _("Paused since"), "value": moment(run.paused_since)}] if run.paused_since else []
    facts += [{"term": _("Stopped"), "value": moment(run.stopped_at)}] if run.stopped_at else []
    facts += [{"term": _("Due"), "value": moment(clock.due_at)}] if clock.due_at else []
    return facts


def _source(clock: Clock, sheet: Sheet) -> str:
    target, subject = clock.target, sheet.subject
    if target is None:
        return ""
    words = _("for %(scope)s") % {"scope": targets.scope_words(target)}
    if held := subject.segment(target.segment):
        words = _("%(words)s, through %(name)s") % {"words": words, "name": held.through}
    if target.tier and subject.tier_from:
        words = _("%(words)s, the tier of %(name)s") % {"words": words, "name": subject.tier_from.name}
    if target.tier and subject.agreed:
        words = _("%(words)s, agreed for %(name)s") % {"words": words, "name": subject.agreed}
    return _("%(words)s, since %(day)s") % {"words": words, "day": day(target.since)}


def days_left(due_in: int) -> str:
    """Say how far away a day is."""
    if due_in < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -due_in) % {"days": -due_in}
    return _("today") if due_in == 0 else ngettext("in %(days)s day", "in %(days)s days", due_in) % {"days": due_in}
