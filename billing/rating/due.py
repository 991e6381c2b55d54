"""Due: everything a subscription should have been billed by a day.

What is wanted follows from the history alone; what of it is still to be billed is found by `billing/invoices/planning.py`.
- In advance: a cycle falls due on the first day of its service, at its share of the price (see `proration`).
- In arrears: when its cycle has ended; at once when the subscription is paused or cancelled. A change of plan or quantity
  divides a cycle but waits for its end.
- Usage: once per cycle and plan version, after the cycle; a pause does not divide it, because tiers would start anew. Usage
  billed in advance is due on the day of use, at what the cycle's price grows by that day; it never becomes less.
- Minimum: after its cycle, what the subscription's recurring and usage charges of those days fell short of the price agreed,
  which is shared by days like a recurring one; one-time charges do not count towards it.
- One-time: once per subscription and charge, on the first day billed; never prorated.
Nothing is due for the days of a trial. Amounts are whole minor units, days the payer's calendar days.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from billing import money
from billing.catalog import charges
from billing.periods import Period
from billing.rating import proration, service
from billing.rating.history import IN_ADVANCE, History, Usage
from billing.rating.schedule import ONE_DAY, Part
from billing.rating.stretches import Stretch, lay_out


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one charge should cost for the days `[since, until)` of its `cycle`, and from which day it is to be billed.

    Equal `price_key`s of one charge mean equal prices. `cut_on` is the day from which an early end counts. How the amount
    came about (`derivation`) is put together only when asked for: most of what is wanted has been billed long ago.
    """

    charge_code: str
    kind: str
    since: date
    until: date
    cycle: Period
    due_on: date
    cut_on: date
    quantity: Decimal
    unit_price: Decimal | None
    plan: str
    version: int
    price_key: str
    amount_minor: int
    tell: Callable[[], dict[str, Any]] = field(compare=False, repr=False)

    @property
    def derivation(self) -> dict[str, Any]:
        """How the amount came about, as codes and numbers fit for JSON; `explain` tells it in words."""
        return self.tell()


def wanted(history: History, *, up_to: date, since: date | None = None) -> list[Wanted]:
    """Return what falls due on or before `up_to`, by day, whatever has been billed already.

    With `since`, cycles that ended on or before that day are left out.

    Raises:
        Refusal: the history makes no sense, or an amount is too large to be booked.
    """
    found: list[Wanted] = []
    minimums: list[tuple[Stretch, Part]] = []
    for stretch in lay_out(service.read(history)):
        for part in stretch.parts(ending_after=since):
            if part.since > up_to:
                break
            if stretch.billed_as_used:
                found += [want for want in _used_by_day(history, stretch, part) if want.due_on <= up_to]
            elif stretch.due_on(part) <= up_to and stretch.charge.kind == "minimum":
                minimums.append((stretch, part))
            elif stretch.due_on(part) <= up_to:
                found += _priced(history, stretch, part)
    found += [_rest_of_minimum(history, stretch, part, found) for stretch, part in minimums]
    return sorted(found, key=lambda want: (want.due_on, want.since, want.charge_code))


def next_due_on(history: History, *, after: date) -> date | None:
    """Return the next day after `after` on which something falls due or a change takes effect; nothing when none will.

    A run on that day may find nothing to bill (a usage charge without usage, say); on the days before, none would.
    """
    days = [day for stretch in lay_out(service.read(history)) for day in next_days(stretch, after)]
    return min(days, default=None)


def next_days(stretch: Stretch, after: date) -> Iterator[date]:
    """Yield the days after `after` on which the stretch ends, and on which its next part falls due."""
    if stretch.until is not None and stretch.charge.kind != "one_time" and stretch.cut_on(stretch.until) > after:
        yield stretch.cut_on(stretch.until)
    if stretch.billed_as_used:
        return
    for part in stretch.parts(ending_after=after):
        due_on = stretch.due_on(part)
        if due_on > after:
            yield due_on
            return


def _priced(history: History, stretch: Stretch, part: Part) -> Iterator[Wanted]:
    match stretch.charge.kind:
        case "usage":
            yield from _used(history, stretch, part)
        case "one_time":
            yield _one_time(history, stretch, part)
        case _:
            yield recurring(history, stretch, part)


def recurring(history: History, stretch: Stretch, part: Part) -> Wanted:
    """Return what a recurring charge costs for one part of a cycle."""
    share_of = proration.in_advance if stretch.charge.billing == IN_ADVANCE else proration.in_arrears
    share = share_of(stretch.price * 10 ** money.exponent(history.currency), part, history.currency)
    return _want(stretch, part, share.amount_minor, stretch.quantity, lambda: _told_recurring(stretch, part, share))


def _told_recurring(stretch: Stretch, part: Part, share: proration.Share) -> dict[str, Any]:
    whole = (part.since, part.until) == (part.cycle.since, part.cycle.until)
    return {
        "rule": "full_cycle" if whole else "ended_early" if share.unused_days else "part_of_cycle",
        **_facts(stretch, part),
        "cycle_price": charges.decimal_text(stretch.price),
        "days": share.days,
        "line_days": share.line_days,
        "unused_days": share.unused_days,
        "as_if_minor": share.as_if_minor,
    }


def _one_time(history: History, stretch: Stretch, part: Part) -> Wanted:
    amount = money.rounded_major(stretch.price, history.currency).amount_minor
    price = stretch.price
    return _want(
        stretch,
        part,
        amount,
        stretch.quantity,
        lambda: {"rule": "one_time", **_facts(stretch, part), "cycle_price": charges.decimal_text(price)},
    )


def _rest_of_minimum(history: History, stretch: Stretch, part: Part, others: list[Wanted]) -> Wanted:
    share = proration.in_arrears(stretch.price * 10 ** money.exponent(history.currency), part, history.currency)
    counting = [want for want in others if want.kind in ("recurring", "usage") and part.since <= want.since < part.until]
    spent = sum(want.amount_minor for want in counting)
    rest = max(share.amount_minor - spent, 0)
    return _want(
        stretch,
        part,
        rest,
        stretch.quantity,
        lambda: {"rule": "minimum", **_facts(stretch, part), "commitment_minor": share.amount_minor, "spent_minor": spent},
    )


def _used(history: History, stretch: Stretch, part: Part) -> Iterator[Wanted]:
    entries = [use for use in history.usage.get(stretch.charge.metric, ()) if part.since <= use.day < part.until]
    if not entries and not stretch.price:
        return
    quantity = sum_up(entries)
    price = stretch.terms.price(quantity)
    amount = money.rounded_major(price.amount, history.currency).amount_minor
    yield _want(stretch, part, amount, quantity.base, lambda: _told_usage(stretch, part, quantity, price))


def _used_by_day(history: History, stretch: Stretch, part: Part) -> Iterator[Wanted]:
    """Yield what the price of the cycle grows by on each day of use."""
    entries = [use for use in history.usage.get(stretch.charge.metric, ()) if part.since <= use.day < part.until]
    before = 0
    for day in sorted({use.day for use in entries}):
        quantity = sum_up([use for use in entries if use.day <= day])
        price = stretch.terms.price(quantity)
        reached = max(money.rounded_major(price.amount, history.currency).amount_minor, before)
        of_day = Part(day, day + ONE_DAY, part.cycle)
        tell = partial(_told_growth, stretch, of_day, quantity, price, before)
        yield replace(_want(stretch, of_day, reached - before, quantity.base, tell), due_on=day, cut_on=day)
        before = reached


def _told_growth(stretch: Stretch, part: Part, quantity: charges.Quantity, price: charges.Price, before: int) -> dict[str, Any]:
    return {**_told_usage(stretch, part, quantity, price), "rule": "usage_so_far", "before_minor": before}


def _told_usage(stretch: Stretch, part: Part, quantity: charges.Quantity, price: charges.Price) -> dict[str, Any]:
    return {
        "rule": "usage",
        **_facts(stretch, part),
        "metric": stretch.charge.metric,
        "quantity": charges.decimal_text(quantity.base),
        "events": quantity.events,
        **price.as_dict(),
    }


def sum_up(entries: list[Usage]) -> charges.Quantity:
    """Make one quantity of the usage of a cycle; corrections below zero count, but a total below zero is none."""
    entries = sorted(entries, key=lambda use: use.day)
    amounts = [entry.amount for entry in entries if entry.amount is not None]
    single = len(amounts) == len(entries) and all(entry.events == 1 and (entry.amount or 0) >= 0 for entry in entries)
    zero = Decimal(0)
    return charges.Quantity(
        units=max(_AGGREGATIONS[entries[0].how](entries), zero) if entries else zero,
        amount=max(sum(amounts, zero), zero) if amounts else None,
        events=max(sum(entry.events for entry in entries), 0),
        event_amounts=tuple(amounts) if single else (),
    )


_AGGREGATIONS: dict[str, Callable[[list[Usage]], Decimal]] = {
    "sum": lambda entries: sum((entry.units for entry in entries), Decimal(0)),
    "count": lambda entries: Decimal(sum(entry.events for entry in entries)),
    "max": lambda entries: max(entry.units for entry in entries),
    "unique": lambda entries: Decimal(len({entry.item for entry in entries})),
    "last": lambda entries: entries[-1].units,
}


def _facts(stretch: Stretch, part: Part) -> dict[str, Any]:
    """Return what every derivation tells: whose price, for which days, begun and ended by what."""
    plan, unit_price = stretch.segment.plan, stretch.unit_price
    told = {"price_list": plan.price_list} if plan.price_list else {}
    return {
        **told,
        "plan": plan.code,
        "version": plan.version,
        "charge": stretch.charge.code,
        "model": stretch.charge.model,
        "quantity": charges.decimal_text(stretch.quantity),
        "unit_price": None if unit_price is None else charges.decimal_text(unit_price),
        "since": part.since.isoformat(),
        "until": part.until.isoformat(),
        "cycle_since": part.cycle.since.isoformat(),
        "cycle_until": part.cycle.until.isoformat(),
        "cycle_days": part.cycle.days,
        "begun_by": stretch.segment.cause if part.since == stretch.since else "cycle",
        "ended_by": stretch.ended_by if part.until == stretch.until else "cycle",
    }


def _want(stretch: Stretch, part: Part, amount_minor: int, quantity: Decimal, tell: Callable[[], dict[str, Any]]) -> Wanted:
    return Wanted(
        charge_code=stretch.charge.code,
        kind=stretch.charge.kind,
        since=part.since,
        until=part.until,
        cycle=part.cycle,
        due_on=stretch.due_on(part),
        cut_on=stretch.cut_on(part.until),
        quantity=quantity,
        unit_price=stretch.unit_price,
        plan=stretch.segment.plan.code,
        version=stretch.segment.plan.version,
        price_key=stretch.key,
        amount_minor=amount_minor,
        tell=tell,
    )
