"""Lifecycle: at which stage a customer is, since when and why, what moves it on, and who is stuck.

A stage's ways out, as managers write them (stage_rules.py), are asked every night, like a segment's rule; the first that holds
counts. Where the ways of the stages ahead would lead a customer straight back, it stays instead of swapping stages every night,
and the preview says so. People may set a stage as well (a fact of the customer), and the history follows it. Stuck is who stays
in a stage longer than it may last without what is expected there; the mark goes with the stage, and so does the task about it
(stage_tasks.py). How long onboarding may last is policy's to say, so the reader of that hangs in from above.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.segments import evaluating, rules, stage_rules, stage_tasks
from accounts.segments.models import StageEntry
from accounts.segments.stage_rules import Exit, Stage
from accounts.timeline import recording
from accounts.timeline.plain import plain
from accounts.timeline.recording import Entry

STAGES = Customer.Stage
DaysReader = Callable[[Iterable[int], date], dict[int, int]]
_onboarding_days: list[DaysReader] = []
Table = dict[str, Stage]


@dataclass(frozen=True)
class Night:
    """Who of some customers leaves its stage, by which way, and who stays because its way would lead it back at once."""

    moves: dict[Customer, Exit] = field(default_factory=dict)
    circles: dict[Customer, Exit] = field(default_factory=dict)


def hang_onboarding_days(reader: DaysReader) -> None:
    """Let `reader` say how many days onboarding may last for each of some customers."""
    _onboarding_days[:] = [reader]


def follow_all(*, at: datetime) -> int:
    """Move on every customer whose stage is done and mark who is stuck; return how many changed. Again changes nothing."""
    keys = list(Customer.objects.current().order_by("pk").values_list("pk", flat=True))
    table = stage_rules.table()
    chunks = (keys[start : start + evaluating.AT_ONCE] for start in range(0, len(keys), evaluating.AT_ONCE))
    return sum(follow(Customer.objects.filter(pk__in=chunk), at=at, table=table) for chunk in chunks)


def follow(customers: Iterable[Customer], *, at: datetime, table: Table | None = None) -> int:
    """Move on, and mark as stuck, whoever of some customers it concerns, by what holds of stages; return how many changed."""
    found, held = list(customers), table or stage_rules.table()
    with transaction.atomic():
        _entries(found, {}, at)
        moved = _move_on(found, held, at)
        entries = _entries(found, moved, at)
        marked = _mark_stuck(found, held, entries, at)
        stage_tasks.open_missing(found, at=at)
    return len(moved) + marked


def current(customer: Customer) -> StageEntry | None:
    """Return the stage a customer is in, with the day it entered; None before the first night."""
    return StageEntry.objects.filter(customer=customer, left_at=None).first()


def history(customer: Customer) -> QuerySet[StageEntry]:
    """Return the stages a customer went through, the current one first."""
    return StageEntry.objects.filter(customer=customer).order_by("-entered_at", "-pk")


def stuck() -> QuerySet[StageEntry]:
    """Return who is stuck, the longest first."""
    rows = StageEntry.objects.filter(stuck_since__isnull=False, left_at=None).select_related("customer")
    return rows.order_by("stuck_since", "pk")


def night(customers: list[Customer], table: Table, at: datetime) -> Night:
    """Say who of some customers leaves its stage, and by which way: the first that holds and leads where it may enter."""
    entries = {stage: rules.parse(row.entry) for stage, row in table.items()}
    conditions = {way: [*rules.parse(way.when), *entries[way.to]] for row in table.values() for way in row.exits}
    values = evaluating.values_of(conditions.values(), customers, at)
    found = Night()
    for customer in customers:
        facts = values[customer.pk]
        held = {way for way, asked in conditions.items() if all(one.holds(facts[one.fact]) for one in asked)}
        if way := _way_out(table, customer.stage, held):
            (found.circles if _leads_back(table, customer.stage, held) else found.moves)[customer] = way
    return found


def _way_out(table: Table, stage: str, held: set[Exit]) -> Exit | None:
    return next((way for way in table[stage].exits if way in held), None)


def _leads_back(table: Table, stage: str, held: set[Exit]) -> bool:
    """Say whether who takes one way out after the other, as all of them stand now, comes back to `stage`."""
    here, been = stage, {stage}
    while way := _way_out(table, here, held):
        if way.to in been:
            return way.to == stage
        here = way.to
        been.add(here)
    return False


def _move_on(customers: list[Customer], table: Table, at: datetime) -> dict[int, Exit]:
    """Change the stage of those for whom a way out holds, by the use case of every change of facts; return each one's way."""
    found = night(customers, table, at).moves
    for customer, way in found.items():
        details.change(actor=None, customer=customer, at=at, stage=str(way.to))
        customer.stage = str(way.to)
    return {customer.pk: way for customer, way in found.items()}


def _entries(customers: list[Customer], ways: Mapping[int, Exit], at: datetime) -> dict[int, StageEntry]:
    """Return each customer's current entry, written where the stage is another than the one on record.

    Whoever took none of the `ways` just now was set there by a person.
    """
    rows = StageEntry.objects.select_for_update().filter(customer__in=customers, left_at=None)
    current = {row.customer_id: row for row in rows}
    told: list[Entry] = []
    for customer in customers:
        held = current.get(customer.pk)
        if held is None or held.stage != customer.stage:
            current[customer.pk] = _enter(customer, held, ways.get(customer.pk), at)
            facts = {"stage": plain(current[customer.pk], "stage"), "why": current[customer.pk].why}
            told += [Entry(customer, "accounts.stage_entered", facts, internal=True)] if held else []
    recording.record_many(told, actor=None, at=at)
    return current


def _enter(customer: Customer, held: StageEntry | None, way: Exit | None, at: datetime) -> StageEntry:
    since, why = customer.created_at, "It began here."
    if held:
        held.left_at = at
        held.save(update_fields=["left_at"])
        if held.stuck_since:
            stage_tasks.end(held, at=at)
        since, why = at, f"{way.why[:1].upper()}{way.why[1:]}." if way else "It was set."
    return StageEntry.objects.create(customer=customer, stage=customer.stage, entered_at=since, why=why)


def _mark_stuck(customers: list[Customer], table: Table, entries: dict[int, StageEntry], at: datetime) -> int:
    days = _allowed(customers, table, at.date())
    told: list[Entry] = []
    for customer in customers:
        entry, allowed = entries[customer.pk], days[customer.pk]
        lasted = (at - entry.entered_at).days
        if allowed and lasted > allowed and entry.stuck_since is None:
            expects = table[customer.stage].expects
            entry.stuck_since, entry.stuck_why = at, f"{lasted} days without {expects}; {allowed} are allowed."
            entry.save(update_fields=["stuck_since", "stuck_why"])
            facts = {"stage": plain(entry, "stage"), "why": entry.stuck_why}
            told.append(Entry(customer, "accounts.stage_stuck", facts, internal=True))
    recording.record_many(told, actor=None, at=at)
    return len(told)


def _allowed(customers: list[Customer], table: Table, on: date) -> dict[int, int]:
    """Return how many days each customer's stage may last; 0: any number."""
    days = {customer.pk: table[customer.stage].days for customer in customers}
    new = [customer.pk for customer in customers if customer.stage == STAGES.ONBOARDING]
    for reader in _onboarding_days if new else ():
        days |= reader(new, on)
    return days
