"""Plain lives: the short way to the same plan for a subscription that only ever started.

Most subscriptions of a large book have one recurring charge and no change since they began, and all that is issued for them
are whole cycles one after the other. Their next lines need no folding of events and no look at cycles billed long ago. What
is priced and told comes from the same functions as for every other life; `plan_for` and `next_due_on` answer exactly as
`planning.plan_for` and `due.next_due_on` do, and hand over to them whenever anything about the life is not plain.
"""

from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import date
from functools import lru_cache
from typing import Any, Final

from billing.invoices import planning
from billing.invoices.planning import Issued, PlannedLine
from billing.periods import Alignment, Interval
from billing.rating import due
from billing.rating.folding import LARGEST_QUANTITY
from billing.rating.history import Event, History, PlanTerms, PricedCharge
from billing.rating.schedule import Calendar
from billing.rating.segments import REGULAR, Segment, Service
from billing.rating.stretches import Stretch

# What a plain life may say. Whatever else is ever said of a history, plan or event makes it no plain one.
_OF_HISTORY: Final = frozenset({"subscription", "currency", "alignment", "plans", "events", "usage", "policy"})
_OF_PLAN: Final = frozenset({"code", "version", "charges", "term_months"})
_OF_CHARGE: Final = frozenset({"code", "kind", "model", "params", "interval", "billing", "metric", "terms"})
_OF_POLICY: Final = frozenset({"bill_cancellation_day"})
_OF_START: Final = frozenset({"plan", "quantity"})


def plan_for(history: History, issued: Sequence[Issued], *, up_to: date) -> list[PlannedLine]:
    """Return what is to be billed and credited on the day `up_to`, exactly as `planning.plan_for`."""
    stretch = _only_stretch(history)
    reached = _billed_until(stretch, issued) if stretch else None
    if stretch is None or reached is None:
        return planning.plan_for(history, issued, up_to=up_to)
    planned: list[PlannedLine] = []
    for part in stretch.calendar.parts(stretch.since, ending_after=reached):
        if part.since > up_to or stretch.due_on(part) > up_to:
            break
        planned += planning.difference(due.recurring(history, stretch, part), [])
    return planned


def next_due_on(history: History, *, after: date) -> date | None:
    """Return the next day after `after` on which something falls due, exactly as `due.next_due_on`."""
    stretch = _only_stretch(history)
    if stretch is None:
        return due.next_due_on(history, after=after)
    return min(due.next_days(stretch, after), default=None)


def _only_stretch(history: History) -> Stretch | None:
    """Return the one endless stretch of days at one price that a plain life is; None when it is not plain."""
    if len(history.events) != 1 or not _says_only(history, _OF_HISTORY) or not _says_only(history.policy, _OF_POLICY):
        return None
    start = history.events[0]
    plan = history.plans.get(str(start.args.get("plan")))
    if plan is None or start.what != "subscribe" or not start.args.keys() <= _OF_START or not _is_plain(plan):
        return None
    quantity = start.args.get("quantity", 1)
    if type(quantity) is not int or not 1 <= quantity <= LARGEST_QUANTITY:
        return None
    return _stretch(plan.charges[0], plan, quantity, start, history.alignment)


def _stretch(charge: PricedCharge, plan: PlanTerms, quantity: int, start: Event, alignment: Alignment) -> Stretch:
    since = start.effective_on
    segment = Segment(since, None, plan, quantity, None, False, REGULAR, start.what)
    service = Service((segment,), since, None, None, alignment, ())
    return Stretch(charge, segment, since, None, "", None, service, _calendar(charge.interval, since, alignment))


@lru_cache(maxsize=4096)
def _calendar(interval: Interval, since: date, alignment: Alignment) -> Calendar:
    return Calendar((since,), (alignment.cycles(interval, since),))


def _is_plain(plan: PlanTerms) -> bool:
    if len(plan.charges) != 1 or not _says_only(plan, _OF_PLAN):
        return False
    return plan.charges[0].kind == "recurring" and _says_only(plan.charges[0], _OF_CHARGE)


def _says_only(told: Any, names: frozenset[str]) -> bool:
    """Whether every field besides `names` says nothing, being at its default."""
    return all(getattr(told, name) == default for name, default in _others(told.__class__, names))


@lru_cache(maxsize=16)
def _others(kind: Any, names: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    found = []
    for known in fields(kind):
        if known.name not in names:
            factory = known.default_factory
            found.append((known.name, factory() if factory is not MISSING else known.default))
    return tuple(found)


def _billed_until(stretch: Stretch, issued: Sequence[Issued]) -> date | None:
    """Return the day up to which whole cycles are issued without a gap; None when a line is anything else than that.

    A price of nothing is never put on a line, so days at no price are no plain ones either.
    """
    if not stretch.price:
        return None
    reached = stretch.since
    code, key = stretch.charge.code, stretch.key
    for line in sorted(issued, key=lambda line: line.since):
        if not line.covers or line.since != reached or line.charge_code != code or line.kind != "recurring":
            return None
        cycle = stretch.calendar.cycle_containing(reached)
        if line.price_key != key or line.cycle != cycle or not line.until == line.remaining_until == cycle.until:
            return None
        reached = cycle.until
    return reached
