"""Reductions: what coupons and agreed discounts take off the lines of a document, before tax and never below zero.

A reduction looks at the new lines of one contract, grouped by the billing cycle they belong to: of each cycle it takes a share,
or an amount less what it took off that cycle before, for so many cycles as it lasts. So it follows from what is billed for
which days, and not from how often or how late that is done. Discounts agreed for a customer come first, then coupons for certain
plans, then those for all; each works on what the ones before left. What is taken off is one line per reduction and tax rate that
remembers the share of every line. When such a line is credited later, its share is taken back in proportion, to the last cent:
nobody gets more back than was paid. Amounts are whole minor units.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from accounts import reading
from billing import money
from billing.contracts import conditions
from billing.contracts.conditions import Span
from billing.contracts.models import Redemption, Subscription
from billing.invoices import newline
from billing.invoices.models import Line
from billing.invoices.newline import NewLine
from billing.money import Money
from billing.rating.segments import plan_of

Stored = Mapping[int, Sequence[Line]]
REDUCED: Final = (newline.RECURRING, newline.USAGE, newline.TRUE_UP, newline.COMMITMENT_TRUE_UP, newline.SETUP_FEE)


@dataclass(frozen=True)
class Reduction:
    """What one contract gets off: a `percent`, or an amount a cycle, of lines that reach `since` in cycles begun before `until`.

    `given` is what it took off already, by the first day of the cycle. Without `plans` it holds for all of them, without a
    `subscription` for all of the contract. `source` says in words whose agreement it is.
    """

    ref: str
    kind: str
    name: str
    source: str
    percent: Decimal | None
    amount_minor: int
    since: date
    until: date | None = None
    periods: int | None = None
    plans: frozenset[str] = frozenset()
    subscription: int | None = None
    customers: Mapping[int, Sequence[Span]] | None = None
    given: Mapping[date, int] = field(default_factory=dict)

    def holds_for(self, line: NewLine, cycle: date) -> bool:
        """Say whether it takes something off a line of that cycle, if it lasts so long."""
        reached = line.until is None or self.since < line.until
        return (
            reached
            and (self.until is None or cycle < self.until)
            and (not self.plans or plan_of(line.price_key)[0] in self.plans)
            and (self.subscription is None or line.subscription is not None and line.subscription.pk == self.subscription)
            and (self.customers is None or self._reaches(line))
        )

    def _reaches(self, line: NewLine) -> bool:
        """Say whether a discount holds for the line's customer on its first day."""
        spans = (self.customers or {}).get(line.customer.pk, ())
        return line.since is not None and any(line.since in span for span in spans)


def in_force(subscriptions: Iterable[Subscription]) -> dict[int, list[Reduction]]:
    """Return the reductions of these subscriptions' contracts, by the contract's key, in a few statements."""
    known = list(subscriptions)
    contracts = {subscription.contract_id for subscription in known}
    discounts = _discounts(known)
    held = list(
        Redemption.objects.filter(reading.among("contract_id", contracts))
        .select_related("coupon")
        .prefetch_related("coupon__plans")
        .order_by("pk")
    )
    given = _given([redemption.ref for redemption in held])
    found: dict[int, list[Reduction]] = defaultdict(list)
    for contract in contracts:
        found[contract] += discounts
    for redemption in sorted(held, key=lambda redemption: not redemption.coupon.plans.all()):
        found[redemption.contract_id].append(_of_coupon(redemption, given.get(redemption.ref, {})))
    return {contract: reductions for contract, reductions in found.items() if reductions}


def _discounts(subscriptions: Iterable[Subscription]) -> list[Reduction]:
    agreed = conditions.discounts_for({subscription.customer for subscription in subscriptions})
    return [
        Reduction(
            ref=f"condition-{reach.condition.pk}", kind=newline.DISCOUNT, name=f"Discount of {reach.percent.normalize():f} %",
            source=f"agreed for {reach.source}", percent=reach.percent, amount_minor=0, since=reach.span.since, customers=reached,
        )
        for reach, reached in agreed.items()
    ]  # fmt: skip


def taken_off(lines: Mapping[int, NewLine], reductions: Sequence[Reduction], currency: str) -> list[NewLine]:
    """Return what reduces `lines`, those of one contract by their places on the document."""
    cycles = _cycles_of(lines)
    left = {place: lines[place].amount_minor for place in cycles}
    found: list[NewLine] = []
    for reduction in reductions:
        groups = _groups(reduction, lines, cycles)
        taken: dict[int, int] = {}
        for cycle, places in groups.items():
            taken |= _spread(_part(reduction, cycle, sum(left[place] for place in places), currency), places, left, currency)
        for place, amount in taken.items():
            left[place] -= amount
        found += _lines(reduction, lines, {place: amount for place, amount in taken.items() if amount}, cycles)
    return found


def on_documents(keys: Iterable[int]) -> Stored:
    """Return what was taken off on these documents, by the document's key, in one statement; none when there are none."""
    found: dict[int, list[Line]] = defaultdict(list)
    wanted = set(keys)
    if wanted:
        reduced = Line.objects.filter(document__in=wanted, kind__in=newline.REDUCTIONS, corrects=None)
        for line in reduced.select_related("customer", "document", "subscription").order_by("pk"):
            found[line.document_id].append(line)
    return found


def taken_back(credits: Iterable[NewLine], stored: Stored, currency: str) -> list[NewLine]:
    """Return what takes reductions back as far as `credits` give back what they had reduced; `stored` is of `on_documents`."""
    back: dict[int, int] = defaultdict(int)
    by_key: dict[int, Line] = {}
    reached: dict[int, int] = {}
    for credit in credits:
        line = credit.corrects
        if line is None:
            continue
        before = reached.get(line.pk, line.credited_minor)
        reached[line.pk] = before - credit.amount_minor
        for reduction in stored.get(line.document_id, ()):
            by_key[reduction.pk] = reduction
            share = int(reduction.derivation.get("shares", {}).get(str(line.position), 0))
            back[reduction.pk] += _reached(share, line, reached[line.pk], currency) - _reached(share, line, before, currency)
    return [_back(by_key[key], amount) for key, amount in back.items() if amount]


def _of_coupon(redemption: Redemption, given: Mapping[date, int]) -> Reduction:
    coupon = redemption.coupon
    return Reduction(
        ref=redemption.ref, kind=newline.COUPON, name=coupon.name, source=coupon.code, percent=coupon.percent,
        amount_minor=coupon.amount_minor or 0, since=redemption.since, until=redemption.until, periods=coupon.periods,
        plans=frozenset(plan.code for plan in coupon.plans.all()), subscription=redemption.subscription_id, given=given,
    )  # fmt: skip


def _given(refs: Sequence[str]) -> dict[str, dict[date, int]]:
    """Return what these reductions took off so far, by the first day of the cycle; a cycle they touched stays counted."""
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    if refs:
        lines = Line.objects.filter(kind__in=newline.REDUCTIONS, charge_code__in=refs, corrects=None)
        for ref, derivation, amount, credited in lines.values_list("charge_code", "derivation", "amount_minor", "credited_minor"):
            for cycle, part in derivation.get("cycles", {}).items():
                found[ref][date.fromisoformat(cycle)] += _still(int(part), -amount, -credited)
    return found


def _still(part: int, whole: int, back: int) -> int:
    """Return what is left of one cycle's part of a reduction of which `back` was taken back."""
    return part - money.half_up(part * back, whole) if whole else part


def _cycles_of(lines: Mapping[int, NewLine]) -> dict[int, date]:
    """Return for every line that can be reduced, by its place, the first day of its cycle."""
    able = {
        place: line for place, line in lines.items() if line.kind in REDUCED and line.corrects is None and line.amount_minor > 0
    }
    return {place: cycle for place, line in able.items() if (cycle := _cycle(line, able.values()))}


def _cycle(line: NewLine, others: Iterable[NewLine]) -> date | None:
    """Return the first day of a line's cycle; a fee charged once belongs to the cycle its subscription begins with."""
    if line.kind != newline.SETUP_FEE:
        return line.cycle_since or line.since
    around = (other.cycle_since for other in others if other.subscription == line.subscription and _holds(other, line.since))
    return next(around, line.since)


def _holds(line: NewLine, day: date | None) -> bool:
    cycle = line.cycle_since, line.cycle_until
    return line.kind != newline.SETUP_FEE and bool(day and cycle[0] and cycle[1] and cycle[0] <= day < cycle[1])


def _groups(reduction: Reduction, lines: Mapping[int, NewLine], cycles: Mapping[int, date]) -> dict[date, list[int]]:
    """Return the places that `reduction` reduces, by cycle, the first cycles first, as many as it lasts."""
    groups: dict[date, list[int]] = defaultdict(list)
    for place, cycle in sorted(cycles.items(), key=lambda item: (item[1], item[0])):
        if reduction.holds_for(lines[place], cycle):
            groups[cycle].append(place)
    if reduction.periods is None:
        return groups
    room = reduction.periods - len(reduction.given.keys())
    fresh = [cycle for cycle in groups if cycle not in reduction.given]
    return {cycle: places for cycle, places in groups.items() if cycle in reduction.given or cycle in fresh[: max(room, 0)]}


def _part(reduction: Reduction, cycle: date, left: int, currency: str) -> int:
    """Return what comes off a cycle of which `left` is still to be reduced."""
    if reduction.percent is not None:
        return money.rounded(left * Fraction(reduction.percent) / 100, currency).amount_minor
    return max(min(reduction.amount_minor - reduction.given.get(cycle, 0), left), 0)


def _spread(part: int, places: Sequence[int], left: Mapping[int, int], currency: str) -> dict[int, int]:
    if not part:
        return {}
    shares = money.allocate_largest_remainder(Money(part, currency), [left[place] for place in places])
    return {place: share.amount_minor for place, share in zip(places, shares, strict=True)}


def _lines(
    reduction: Reduction, lines: Mapping[int, NewLine], taken: Mapping[int, int], cycles: Mapping[int, date]
) -> list[NewLine]:
    rates: dict[Decimal, list[int]] = defaultdict(list)
    for place in taken:
        rates[lines[place].tax_rate].append(place)
    return [_line(reduction, lines, {place: taken[place] for place in places}, cycles) for places in rates.values()]


def _line(reduction: Reduction, lines: Mapping[int, NewLine], taken: Mapping[int, int], cycles: Mapping[int, date]) -> NewLine:
    reduced = [lines[place] for place in taken]
    first, amount = reduced[0], sum(taken.values())
    owners = {line.subscription for line in reduced}
    of_cycle: dict[str, int] = defaultdict(int)
    for place, part in taken.items():
        of_cycle[cycles[place].isoformat()] += part
    told: dict[str, Any] = {
        "rule": "reduction" if reduction.percent is not None else "reduction_by_amount",
        "name": reduction.name,
        "source": reduction.source,
        "base_minor": sum(line.amount_minor for line in reduced),
        "shares": {str(place): part for place, part in sorted(taken.items())},
        "cycles": dict(of_cycle),
        **_days(reduced),
    }
    if reduction.percent is not None:
        told["percent"] = f"{reduction.percent.normalize():f}"
    return NewLine(
        kind=reduction.kind, customer=first.customer, description=reduction.name, amount_minor=-amount, tax_rate=first.tax_rate,
        quantity=Decimal(-1), unit_price=Decimal(0), subscription=first.subscription if len(owners) == 1 else None,
        charge_code=reduction.ref, po_number=first.po_number, derivation=told,
    )  # fmt: skip


def _days(reduced: Iterable[NewLine]) -> dict[str, list[str]]:
    """Return the days for which something is taken off, by which revenue is earned; nothing for lines without days."""
    spans = [(line.since, line.until) for line in reduced if line.since and line.until]
    if not spans:
        return {}
    return {"earned_over": [min(since for since, _ in spans).isoformat(), max(until for _, until in spans).isoformat()]}


def _reached(share: int, line: Line, credited: int, currency: str) -> int:
    """Return how much of a reduction's share has been taken back once `credited` of its line has."""
    return money.rounded(Fraction(share * credited, line.amount_minor), currency).amount_minor if line.amount_minor else 0


def _back(reduction: Line, amount: int) -> NewLine:
    told = {"rule": "reduction_back", "name": reduction.description, "line_minor": -reduction.amount_minor}
    told |= {name: days for name, days in reduction.derivation.items() if name == "earned_over"}
    return NewLine(
        kind=reduction.kind, customer=reduction.customer, description=reduction.description, amount_minor=amount,
        tax_rate=reduction.tax_rate, quantity=Decimal(1), unit_price=Decimal(0), subscription=reduction.subscription,
        charge_code=reduction.charge_code, po_number=reduction.po_number, corrects=reduction, derivation=told,
    )  # fmt: skip
