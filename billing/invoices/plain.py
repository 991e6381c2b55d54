"""Plain lives: the short way to the same plan for a subscription that only ever started.

Most subscriptions of a large book have one recurring charge and no change since they began, and all that is issued for them
are whole cycles one after the other. Their next lines need no folding of events and no look at cycles billed long ago. What
is priced and told comes from the same functions as for every other life; `plan_for` and `next_due_on` answer exactly as
`planning.plan_for` and `due.next_due_on` do, and hand over to them whenever anything about the life is not plain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields, replace
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from accounts.canonical import Told
from billing.invoices import planning
from billing.invoices.planning import Issued, PlannedLine
from billing.periods import Alignment, Period
from billing.rating import due
from billing.rating.folding import LARGEST_QUANTITY
from billing.rating.history import History, PlanTerms
from billing.rating.schedule import Calendar
from billing.rating.segments import REGULAR, Segment, Service
from billing.rating.stretches import Stretch

# What a plain life may say. Whatever else is ever said of a history, plan or event makes it no plain one.
_OF_HISTORY: Final = frozenset({"subscription", "currency", "alignment", "plans", "events", "usage", "policy"})
_OF_PLAN: Final = frozenset({"code", "version", "charges", "term_months"})
_OF_CHARGE: Final = frozenset({"code", "kind", "model", "params", "interval", "billing", "metric", "terms"})
_OF_POLICY: Final = frozenset({"bill_cancellation_day"})
_OF_START: Final = frozenset({"plan", "quantity"})
MOST_KEPT: Final = 64
_LIFE: Final = "plain_life"
UNKNOWN: Final[Any] = object()
V = TypeVar("V")


def plan_for(history: History, issued: Sequence[Issued], *, up_to: date) -> list[PlannedLine]:
    """Return what is to be billed and credited on the day `up_to`, exactly as `planning.plan_for`."""
    life = _life_of(history)
    reached = issued[-1].until if isinstance(issued, Reached) else life.billed_until(issued) if life else None
    if life is None or reached is None:
        return planning.plan_for(history, issued, up_to=up_to)
    return life.lines(history, reached, up_to)


def next_due_on(history: History, *, after: date) -> date | None:
    """Return the next day after `after` on which something falls due, exactly as `due.next_due_on`."""
    life = _life_of(history)
    return due.next_due_on(history, after=after) if life is None else life.next_due_on(after)


class Reached(list[Issued]):
    """The last line of a plain life, standing for all that were issued before it: see `follows`."""


def is_plain(history: History) -> bool:
    """Whether a history tells a plain life in which something is paid: a price of nothing is never put on a line."""
    life = _life_of(history)
    return life is not None and bool(life.stretch.price)


def follows(history: History, last: Issued, *, first_cycle: date, begins: str) -> bool:
    """Whether the lines of a plain life up to `last`, each of whole days at one price, are the cycles that are due.

    `begins` are their first days as ISO, divided by commas, `first_cycle` the first day of the cycle the first belongs to.
    """
    life = _life_of(history)
    if life is None or (last.charge_code, last.price_key) != (life.stretch.charge.code, life.stretch.key):
        return False
    return life.begins_until(last.until) == (first_cycle, begins)


class Life:
    """A plain life: one endless stretch of days at one price, the same for all who started it on one day.

    What was worked out for one of them is kept for the others: cycles, lines and days next due. Threads share it, and any of
    them may throw away what is kept: so nothing is read back that was found or stored a moment ago.
    """

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self._cycles: dict[date, Period] = {}
        self._lines: dict[tuple[date, date], list[PlannedLine]] = {}
        self._next: dict[date, date | None] = {}
        self._begins: dict[date, tuple[date, str] | None] = {}

    def billed_until(self, issued: Sequence[Issued]) -> date | None:
        """Return the day up to which whole cycles are issued without a gap; None when a line is anything else than that.

        A price of nothing is never put on a line, so days at no price are no plain ones either.
        """
        stretch = self.stretch
        if not stretch.price:
            return None
        reached, code, key = stretch.since, stretch.charge.code, stretch.key
        for line in issued if len(issued) < 2 else sorted(issued, key=_first_day):
            if not line.covers or line.since != reached or line.charge_code != code or line.kind != "recurring":
                return None
            cycle = self._cycle(reached)
            if line.price_key != key or line.cycle != cycle or not line.until == line.remaining_until == cycle.until:
                return None
            reached = cycle.until
        return reached

    def begins_until(self, until: date) -> tuple[date, str] | None:
        """Return the first day of the first cycle, and those of the lines that bill the days until `until`, which ends one."""
        found: tuple[date, str] | None = self._begins.get(until, UNKNOWN)
        if found is UNKNOWN:
            since, parts = self.stretch.since, list(self.stretch.calendar.parts(self.stretch.since, until))
            told = self._cycle(since).since, ",".join(part.since.isoformat() for part in parts)
            found = _kept(self._begins)[until] = told if parts and parts[-1].cycle.until == until else None
        return found

    def lines(self, history: History, reached: date, up_to: date) -> list[PlannedLine]:
        """Return the lines of the cycles that follow each other from `reached` and are due by `up_to`."""
        if (found := self._lines.get((reached, up_to))) is None:
            found = list(self._planned(history, reached, up_to))
            _kept(self._lines)[reached, up_to] = found
        return list(found)

    def next_due_on(self, after: date) -> date | None:
        """Return the next day after `after` on which something falls due."""
        found: date | None = self._next.get(after, UNKNOWN)
        if found is UNKNOWN:
            found = _kept(self._next)[after] = min(due.next_days(self.stretch, after), default=None)
        return found

    def _planned(self, history: History, reached: date, up_to: date) -> Iterator[PlannedLine]:
        stretch = self.stretch
        for part in stretch.calendar.parts(stretch.since, ending_after=reached):
            if part.since > up_to or stretch.due_on(part) > up_to:
                return
            for line in planning.difference(due.recurring(history, stretch, part), []):
                yield replace(line, derivation=Told(line.derivation))

    def _cycle(self, day: date) -> Period:
        if (found := self._cycles.get(day)) is None:
            found = _kept(self._cycles)[day] = self.stretch.calendar.cycle_containing(day)
        return found


def _kept(known: dict[Any, V]) -> dict[Any, V]:
    """Return what is known with room for one more: of a life of many years nothing is kept for ever."""
    if len(known) >= MOST_KEPT:
        known.clear()
    return known


_first_day: Final = attrgetter("since")


def _life_of(history: History) -> Life | None:
    """Return the plain life that a history tells; None when it is not plain. Kept beside its facts, which never change."""
    known = vars(history)
    if _LIFE not in known:
        known[_LIFE] = _told_by(history)
    life: Life | None = known[_LIFE]
    return life


def _told_by(history: History) -> Life | None:
    if len(history.events) != 1 or not _says_only(history, _OF_HISTORY) or not _says_only(history.policy, _OF_POLICY):
        return None
    start = history.events[0]
    plan = history.plans.get(str(start.args.get("plan")))
    if plan is None or start.what != "subscribe" or not start.args.keys() <= _OF_START:
        return None
    quantity = start.args.get("quantity", 1)
    if type(quantity) is not int or not 1 <= quantity <= LARGEST_QUANTITY:
        return None
    return _life(plan, quantity, start.effective_on, history.alignment, history.currency)


@lru_cache(maxsize=4096)
def _life(plan: PlanTerms, quantity: int, since: date, alignment: Alignment, currency: str) -> Life | None:
    """Return the life of a plan from its first day on; one for each currency, because lines are rounded in it."""
    if not _is_plain(plan):
        return None
    charge = plan.charges[0]
    segment = Segment(since, None, plan, quantity, None, False, REGULAR, "subscribe")
    service = Service((segment,), since, None, None, alignment, ())
    calendar = Calendar((since,), (alignment.cycles(charge.interval, since),))
    return Life(Stretch(charge, segment, since, None, "", None, service, calendar))


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
