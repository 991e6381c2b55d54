"""Targets: how many minutes a clock may run, found most specific first, with the row it came from.

A row that names a segment counts before one that names a tier (of two segments the one with the higher rank), that before
one that names a priority, and that before one that names a kind; the row that says nothing of them speaks for all. The tier of a
customer is the service level agreed for it, for a node above it or for a segment it is in; where none is agreed, the tier of the
nearest node, from itself upwards, that is more than standard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.segments import belonging, conditions
from accounts.segments.models import Condition, Segment
from accounts.timeline import recording
from support.service_levels import calendars
from support.service_levels.models import ClockKind, LadderStep, ServiceCalendar, ServiceTarget

USUAL_RISK: Final = 75


@dataclass(frozen=True)
class InSegment:
    """A segment a customer is in, and the node it is in it through."""

    code: str
    name: str
    through: str


@dataclass(frozen=True)
class Subject:
    """What a target depends on: the tier in force, and the ticket's priority and kind.

    `tier_from` is the node that gave the tier, `agreed` whose agreement did ("segment Strategic"). `segments` are those the
    customer is in, the strongest first.
    """

    tier: str
    tier_from: Customer | None
    priority: str
    kind: str
    agreed: str = ""
    segments: tuple[InSegment, ...] = ()

    def segment(self, code: str) -> InSegment | None:
        """Return how the customer is in the segment with this code."""
        return next((held for held in self.segments if held.code == code), None)


class TargetMakesNoSense(Refusal):
    """No minutes, or a first day in the past."""

    code = "target_makes_no_sense"


def tier_of(customer: Customer) -> tuple[str, Customer | None]:
    """Return the tier of a customer, inherited down the tree, and the node that gives it (None: it is standard throughout)."""
    above = Customer.objects.above(customer).exclude(tier=Customer.Tier.STANDARD)
    nearest = above.order_by("-lft").first()
    return (nearest.tier, nearest) if nearest else (Customer.Tier.STANDARD.value, None)


def subject_of(customer: Customer, *, priority: str, kind: str, on: date) -> Subject:
    """Return what the targets of a customer's ticket depend on: a service level agreed for it comes before its tier."""
    held = tuple(InSegment(one.segment.code, one.segment.name, one.customer.name) for one in belonging.of(customer, on))
    term = conditions.of(customer, on).get(Condition.Kind.SERVICE_LEVEL)
    if term:
        return Subject(term.value, None, priority, kind, term.source, held)
    return Subject(*tier_of(customer), priority, kind, segments=held)


def in_force(on: date) -> QuerySet[ServiceTarget]:
    """Return the rows that hold on a day, with their calendars."""
    rows = ServiceTarget.objects.filter(Q(since__lte=on), Q(until=None) | Q(until__gt=on))
    return rows.select_related("calendar").prefetch_related("calendar__own_days").order_by("pk")


def most_specific(rows: Iterable[ServiceTarget], clock: str, subject: Subject) -> ServiceTarget | None:
    """Return the row that counts for a clock; None when nothing was ever said."""
    places = {held.code: place for place, held in enumerate(reversed(subject.segments), start=1)} | {"": 0}
    speaking = [
        row
        for row in rows
        if row.clock == clock
        and row.segment in places
        and row.tier in ("", subject.tier)
        and row.priority in ("", subject.priority)
        and row.kind in ("", subject.kind)
    ]
    return max(speaking, key=lambda row: (places[row.segment], row.tier != "", row.priority != "", row.kind != ""), default=None)


def set_target(
    *,
    actor: User,
    clock: str,
    minutes: int,
    calendar: ServiceCalendar,
    at: datetime,
    segment: str = "",
    tier: str = "",
    priority: str = "",
    kind: str = "",
    risk_percent: int = USUAL_RISK,
    since: date | None = None,
) -> ServiceTarget:
    """Let a clock run so many minutes from `since` on (today if not said), until a later row or without end.

    A ticket is at risk from `risk_percent` of the minutes on. The same again changes nothing.

    Raises:
        MayNotSetServiceLevels, TargetMakesNoSense: the actor may not, or the target cannot be.
    """
    calendars.require_manager(actor)
    since = since or at.date()
    if clock not in ClockKind.values or minutes <= 0 or since < at.date():
        raise TargetMakesNoSense(_("A target allows some minutes, from today on or later."))
    if not 0 < risk_percent < 100:
        raise TargetMakesNoSense(_("At risk is from 1 to 99 per cent."))
    if segment and not Segment.objects.filter(code=segment).exists():
        raise TargetMakesNoSense(_("There is no such segment."))
    scope = {"clock": clock, "segment": segment, "tier": tier, "priority": priority, "kind": kind}
    with transaction.atomic():
        held = _held(scope, since)
        if held and (held.minutes, held.calendar_id, held.risk_percent) == (minutes, calendar.pk, risk_percent):
            return held
        given = {"minutes": minutes, "calendar": calendar, "risk_percent": risk_percent, "changed_at": at}
        row = _place(scope, given, since)
        told = {"name": str(row), "what": scope_words(row)}
        recording.record(None, "support.service_level_set", actor=actor, at=at, about=row, facts=told, internal=True)
    return row


def scope_words(row: ServiceTarget) -> str:
    """Say whom a target speaks for."""
    segment = row.segment and _("segment {name}").format(name=segment_name(row.segment))
    said = [
        part for part in (segment, row.get_tier_display(), row.priority and f"priority {row.priority}", row.kind) if row and part
    ]
    return ", ".join(str(part) for part in said) or _("everybody")


def segment_name(code: str) -> str:
    """Return the name of a segment."""
    return Segment.objects.filter(code=code).values_list("name", flat=True).first() or code


def last_change() -> datetime | None:
    """Return when calendars, targets or the ladder were last changed; what was reckoned before may be out of date."""
    changes = [model.objects.aggregate(at=Max("changed_at"))["at"] for model in (ServiceCalendar, ServiceTarget, LadderStep)]
    return max((at for at in changes if at), default=None)


def _place(scope: dict[str, Any], given: dict[str, Any], since: date) -> ServiceTarget:
    """Cut the row in force at `since` and put the new one in its place; a row that starts that very day is changed."""
    before = _held(scope, since)
    if before and before.since == since:
        for name, value in given.items():
            setattr(before, name, value)
        before.save(update_fields=[*given])
        return before
    following = ServiceTarget.objects.filter(**scope, since__gt=since).order_by("since").first()
    until = before.until if before else following.since if following else None
    if before:
        before.until = since
        before.save(update_fields=["until"])
    return ServiceTarget.objects.create(**scope, **given, since=since, until=until)


def _held(scope: dict[str, Any], on: date) -> ServiceTarget | None:
    """Return the row in force on a day, locked."""
    rows = ServiceTarget.objects.select_for_update().filter(Q(until=None) | Q(until__gt=on), **scope)
    return rows.filter(since__lte=on).first()
