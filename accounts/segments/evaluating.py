"""Evaluating: who is in which segment, found by the rules at night and when a customer changes; by hand where there is no rule.

A membership keeps the trace of the rule: each condition with the value found. It ends on the day its rule no longer holds.
Facts are read once for all customers, whatever the number of segments.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.segments import defining, rules
from accounts.segments.facts import FACTS, Value
from accounts.segments.models import Segment, SegmentMembership
from accounts.timeline import recording
from accounts.timeline.recording import Entry

AT_ONCE: Final = 2_000


class FollowsARule(Refusal):
    """Who is in a segment with a rule is found, not chosen."""

    code = "follows_a_rule"


def evaluate_all(*, at: datetime) -> int:
    """Evaluate every segment for every customer; return how many memberships began or ended. Again changes nothing."""
    changed = 0
    keys = list(Customer.objects.current().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        changed += evaluate(Customer.objects.filter(pk__in=keys[start : start + AT_ONCE]), at=at)
    return changed


def evaluate(customers: Iterable[Customer], *, at: datetime) -> int:
    """Evaluate every segment with a rule for some customers; return how many memberships began or ended."""
    segments = {segment: rules.parse(segment.rule) for segment in Segment.objects.exclude(rule="")}
    found = list(customers)
    with transaction.atomic():
        open_rows = SegmentMembership.objects.select_for_update().filter(customer__in=found, segment__in=segments, until=None)
        held = {(row.segment_id, row.customer_id): row for row in open_rows}
        values = values_of(segments.values(), found, at)
        changes: list[Entry] = []
        for segment, conditions in segments.items():
            for customer in found:
                trace = rules.trace(conditions, values[customer.pk])
                belongs = segment.active and all(line["holds"] for line in trace)
                row = held.get((segment.pk, customer.pk))
                changes += _settle(segment, customer, row, trace if belongs else None, at)
        recording.record_many(changes, actor=None, at=at)
    return len(changes)


def put_in(*, actor: User, segment: Segment, customer: Customer, at: datetime) -> SegmentMembership:
    """Put a customer, with all below it, into a segment without a rule. Again changes nothing.

    Raises:
        defining.MayNotDefine, FollowsARule: the actor may not, or the segment finds its customers itself.
    """
    _must_be_by_hand(actor, segment)
    facts = {"since": at.date(), "by_hand": True, "added_by": actor, "trace": []}
    with transaction.atomic():
        row, made = SegmentMembership.objects.get_or_create(segment=segment, customer=customer, until=None, defaults=facts)
        if made:
            _tell(customer, "accounts.segment_entered", segment, actor, at)
    return row


def take_out(*, actor: User, segment: Segment, customer: Customer, at: datetime) -> None:
    """Take a customer out of a segment without a rule, from today on. Again changes nothing.

    Raises:
        defining.MayNotDefine, FollowsARule: the actor may not, or the segment finds its customers itself.
    """
    _must_be_by_hand(actor, segment)
    with transaction.atomic():
        if SegmentMembership.objects.filter(segment=segment, customer=customer, until=None).update(until=at.date()):
            _tell(customer, "accounts.segment_left", segment, actor, at)


def values_of(asked: Iterable[list[rules.Condition]], customers: list[Customer], at: datetime) -> dict[int, dict[str, Value]]:
    """Read each fact that any rule asks, once for all customers."""
    names = {condition.fact for conditions in asked for condition in conditions}
    read = {name: FACTS[name].read(customers, at.date()) for name in names}
    return {customer.pk: {name: read[name].get(customer.pk, FACTS[name].absent) for name in names} for customer in customers}


def _settle(
    segment: Segment, customer: Customer, row: SegmentMembership | None, trace: list[dict[str, object]] | None, at: datetime
) -> list[Entry]:
    """Begin or end a membership as its rule says, and return what there is to record."""
    told = {"segment": segment.name, "trace": trace or []}
    if trace is not None and row is None:
        SegmentMembership.objects.create(segment=segment, customer=customer, since=at.date(), trace=trace)
        return [Entry(customer, "accounts.segment_entered", told, segment, internal=True)]
    if trace is None and row is not None:
        row.until = max(at.date(), row.since)
        row.save(update_fields=["until"])
        return [Entry(customer, "accounts.segment_left", told, segment, internal=True)]
    if row is not None and row.trace != trace:
        row.trace = trace or []
        row.save(update_fields=["trace"])
    return []


def _must_be_by_hand(actor: User, segment: Segment) -> None:
    defining.require_manager(actor)
    if segment.rule:
        raise FollowsARule(_("{segment} finds its customers by its rule; change the rule instead.").format(segment=segment))


def _tell(customer: Customer, kind: str, segment: Segment, actor: User, at: datetime) -> None:
    recording.record(customer, kind, actor=actor, at=at, about=segment, facts={"segment": segment.name}, internal=True)
