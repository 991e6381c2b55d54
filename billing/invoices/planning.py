"""Planning: what is still to be billed or credited, being what should have been billed less what documents cover.

`wanted` (billing/rating/due.py) says what each charge costs for which days; `Issued` is a line as it stands after its
credits. A wanted amount meets the lines issued for the same charge, price and cycle from its first day on, each where the
one before ends. Then:
- they cover just these days: nothing to do, whatever else was credited on them out of goodwill;
- they cover more: the last one is credited for the days too many, never above what is left of it;
- they cover less: the days missing are billed, at what is wanted less what the lines before them billed;
- nothing was issued: it is billed.
A line that nothing wanted meets is credited with all that is left of it. Usage is compared by amount as well: more of it
for days billed already is a true-up, less of it a true-up below zero. Planning what was just planned and issued gives
nothing. Credits fall due on the day service is cut, never before. All amounts are whole minor units.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from billing.periods import Period
from billing.rating import due
from billing.rating.due import Wanted
from billing.rating.history import History
from billing.rating.segments import plan_of

LINE_KINDS = {"recurring": "recurring", "one_time": "setup_fee", "usage": "usage", "minimum": "commitment_true_up"}
CREDIT, TRUE_UP = "proration_credit", "true_up"
_PRINTED_ORDER = {CREDIT: 0, TRUE_UP: 1, "usage": 1, "commitment_true_up": 2, "setup_fee": 3, "recurring": 4}
MEASURED = ("usage", "minimum")
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A line that was issued, as it stands now.

    `kind` is its charge's kind. `remaining_until` is where its cover ends after credits for unused days. `left_minor` is
    what is left of `amount_minor` after every credit; `adjusted_minor` the part of those credits that planning did not
    make (goodwill, remedies). `covers` is false for a true-up, which adds to the days of another line.
    """

    line_id: int
    charge_code: str
    kind: str
    since: date
    until: date
    remaining_until: date
    price_key: str
    cycle: Period
    amount_minor: int
    left_minor: int
    adjusted_minor: int = 0
    covers: bool = True

    @property
    def billed_minor(self) -> int:
        """What the line bills for the days it still covers, before any goodwill."""
        return self.left_minor + self.adjusted_minor


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line to be issued: a price for the days `[since, until)`, or (with `corrects`) a credit that reduces an issued line.

    A credit of kind `proration_credit` gives its days back, so the cover of the line it corrects ends at `since`, even when
    the amount is zero. `covers` says whether a line takes its days; credits and true-ups do not.
    """

    kind: str
    charge_kind: str
    charge_code: str
    since: date
    until: date
    amount_minor: int
    corrects: int | None
    quantity: Decimal
    unit_price: Decimal | None
    price_key: str
    cycle: Period
    due_on: date
    plan: str
    version: int
    derivation: dict[str, Any]

    @property
    def covers(self) -> bool:
        """Whether the line takes its days, so that no other line of the charge can have them."""
        return self.corrects is None and self.kind != TRUE_UP


def plan_for(history: History, issued: Sequence[Issued], *, up_to: date, since: date | None = None) -> list[PlannedLine]:
    """Return what is to be billed and credited on the day `up_to`, in the order it is printed.

    `issued` are all lines this planning made for the subscription that still cover a day, or true up such a line; with
    `since`, only those of cycles that end after that day are looked at, on both sides.

    Raises:
        Refusal: the history makes no sense, or an amount is too large to be booked.
    """
    lines = [line for line in issued if since is None or line.cycle.until > since]
    horizon = max([up_to, *(line.cycle.until for line in lines)])
    return plan(due.wanted(history, up_to=horizon, since=since), lines, up_to=up_to)


def plan(wanted: Sequence[Wanted], issued: Sequence[Issued], *, up_to: date) -> list[PlannedLine]:
    """Return `wanted` less `issued` as the lines that fall due by `up_to`, in the order they are printed.

    `wanted` reaches at least to the end of the cycles of `issued`, else lines billed ahead would be credited.
    """
    waiting = _by_price(issued)
    planned: list[PlannedLine] = []
    for want in sorted(wanted, key=lambda want: want.since):
        lines = waiting.get(_price(want), [])
        met = _lines_from(want, lines)
        for line in met:
            lines.remove(line)
        planned += _difference_of_usage(want, met) if want.kind in MEASURED else difference(want, met)
    for lines in waiting.values():
        planned += [_take_back(line) for line in lines if line.covers or line.left_minor]
    return sorted(_in_time(planned, up_to), key=_printed_order)


def documents(lines: Iterable[PlannedLine], *, on: date) -> dict[date, list[PlannedLine]]:
    """Group lines by the date of their document: the day of the run, or the due day of what is billed ahead of it."""
    dated = sorted(lines, key=lambda line: max(line.due_on, on))
    return {day: sorted(group, key=_printed_order) for day, group in groupby(dated, key=lambda line: max(line.due_on, on))}


def _in_time(planned: list[PlannedLine], up_to: date) -> list[PlannedLine]:
    """Return what falls due by `up_to`, and with it credits of days billed further ahead that a new line needs."""
    now = [line for line in planned if line.due_on <= up_to]
    later = [line for line in planned if line.due_on > up_to and line.corrects is not None]
    return now + [credit for credit in later if any(_overlap(credit, line) for line in now if line.covers)]


def _overlap(credit: PlannedLine, line: PlannedLine) -> bool:
    return credit.charge_code == line.charge_code and credit.since < line.until and line.since < credit.until


def _by_price(issued: Sequence[Issued]) -> dict[tuple[Any, ...], list[Issued]]:
    waiting: dict[tuple[Any, ...], list[Issued]] = {}
    for line in sorted(issued, key=lambda line: (line.since, not line.covers, line.line_id)):
        waiting.setdefault(_price(line), []).append(line)
    return waiting


def _price(line: Wanted | Issued) -> tuple[Any, ...]:
    return line.charge_code, line.kind, line.price_key, line.cycle


def _lines_from(want: Wanted, lines: list[Issued]) -> list[Issued]:
    """Return the lines that cover the wanted days from the first on without a gap, with what was trued up on them."""
    reached, met = want.since, []
    for line in lines:
        if line.since == reached < want.until and line.covers:
            met.append(line)
            reached = line.remaining_until
        elif not line.covers and met and want.since <= line.since < want.until:
            met.append(line)
    return met


def difference(want: Wanted, met: list[Issued]) -> Iterator[PlannedLine]:
    """Yield the credit for days too many, or the line for days missing."""
    billed = sum(line.billed_minor for line in met)
    reached = met[-1].remaining_until if met else want.since
    if reached > want.until:
        yield _credit(met[-1], want, billed - want.amount_minor)
    elif reached < want.until and want.amount_minor > billed:
        yield _new_line(want, reached, want.amount_minor - billed)


def _difference_of_usage(want: Wanted, met: list[Issued]) -> Iterator[PlannedLine]:
    """Yield the line, the true-ups and the days given back that bring the lines issued to the amount wanted."""
    covering = [line for line in met if line.covers]
    reached = covering[-1].remaining_until if covering else want.since
    difference = want.amount_minor - sum(line.billed_minor for line in met)
    too_much = max(-difference, 0)
    for line in reversed(met):
        credited = min(line.left_minor, too_much)
        too_much -= credited
        if line.covers and line.remaining_until > want.until:
            yield _credit(line, want, credited)
        elif credited:
            yield _true_down(line, want, credited)
    if difference > 0:
        missing = reached < want.until
        yield _new_line(want, reached if missing else want.since, difference, kind=None if missing else TRUE_UP)


def _new_line(want: Wanted, since: date, amount_minor: int, kind: str | None = None) -> PlannedLine:
    """Bill `amount_minor` for the wanted days from `since` on."""
    rest = since > want.since or kind == TRUE_UP
    rule = kind if kind and want.kind == "usage" else "rest"
    told = {"rule": rule, "whole": want.derivation, "whole_minor": want.amount_minor} if rest else want.derivation
    return PlannedLine(
        kind=kind or LINE_KINDS[want.kind],
        charge_kind=want.kind,
        charge_code=want.charge_code,
        since=since,
        until=want.until,
        amount_minor=amount_minor,
        corrects=None,
        quantity=want.quantity,
        unit_price=want.unit_price,
        price_key=want.price_key,
        cycle=want.cycle,
        due_on=want.due_on,
        plan=want.plan,
        version=want.version,
        derivation=told,
    )


def _credit(line: Issued, want: Wanted, amount_minor: int) -> PlannedLine:
    """Credit a line for its days from the end of what is wanted on."""
    cause = want.derivation["ended_by"]
    return _counter_line(line, CREDIT, want.until, want.cut_on, amount_minor, {"rule": "unused_days", "ended_by": cause})


def _true_down(line: Issued, want: Wanted, amount_minor: int) -> PlannedLine:
    """Credit a usage line because less was used than it billed; it keeps its days."""
    rule = "less_used" if want.kind == "usage" else "less_missing"
    return _counter_line(line, TRUE_UP, line.since, want.due_on, amount_minor, {"rule": rule, "whole": want.derivation})


def _take_back(line: Issued) -> PlannedLine:
    """Credit all that is left of a line that is no longer wanted."""
    return _counter_line(line, CREDIT, line.since, line.since, line.left_minor, {"rule": "not_wanted"})


def _counter_line(line: Issued, kind: str, since: date, due_on: date, amount_minor: int, told: dict[str, Any]) -> PlannedLine:
    """Reduce `line` by `amount_minor`, but never by more than is left of it or by less than nothing."""
    credited = max(min(amount_minor, line.left_minor), 0)
    plan, version = plan_of(line.price_key)
    return PlannedLine(
        kind=kind,
        charge_kind=line.kind,
        charge_code=line.charge_code,
        since=since,
        until=line.remaining_until,
        amount_minor=-credited,
        corrects=line.line_id,
        quantity=_ONE,
        unit_price=None,
        price_key=line.price_key,
        cycle=line.cycle,
        due_on=due_on,
        plan=plan,
        version=version,
        derivation={
            **told,
            "plan": plan,
            "charge": line.charge_code,
            "line_minor": line.amount_minor,
            "left_minor": line.left_minor,
            "line_days": (line.until - line.since).days,
            "unused_days": (line.remaining_until - since).days,
            "since": since.isoformat(),
            "until": line.remaining_until.isoformat(),
            "line_since": line.since.isoformat(),
            "line_until": line.until.isoformat(),
        },
    )


def _printed_order(line: PlannedLine) -> tuple[int, date, str, date]:
    rank = 0 if line.corrects is not None else _PRINTED_ORDER[line.kind]
    return rank, line.since, line.charge_code, line.until
