"""Conditions: the price lists and discounts that were agreed for a customer, as billing needs them.

They are agreed, approved and ended in accounts/segments; here they are only read. A condition of a node holds for it and all
below it, one of a segment for the customers in it and all below them. The nearest node that says something wins, and a node's own
condition goes before that of its segment; a day is asked for, so an expired one never holds.
- A price list, named by its code, decides which version of a plan is agreed when something starts or changes
  (billing/catalog/plans.py); what runs keeps the price it has.
- Days to pay, agreed for who pays, go before those of the contract when an invoice is issued (billing/invoices/drafting.py).
- A discount is taken off where documents are drafted (billing/invoices/reductions.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q

from accounts import reading
from accounts.customers.models import Customer
from accounts.segments.models import Condition, SegmentMembership
from billing.catalog.models import PlanVersion, PriceList

Kind = Condition.Kind


@dataclass(frozen=True)
class Span:
    """Days `[since, until)`; no `until`: without end."""

    since: date
    until: date | None

    def __contains__(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Reach:
    """A condition as it reaches the subtree of `node` for some days; `of_segment` when it came with a segment."""

    condition: Condition
    node: Customer
    span: Span
    of_segment: bool

    @property
    def source(self) -> str:
        """Whose agreement it is, in a few words: the node, or the segment."""
        return f"segment {self.condition.segment}" if self.of_segment else self.node.name

    @property
    def percent(self) -> Decimal:
        """The discount, in per cent."""
        return Decimal(self.condition.value)

    def covers(self, customer: Customer) -> bool:
        """Say whether `customer` is the node or stands below it."""
        same = self.node.tree_id == customer.tree_id
        return bool(same and self.node.lft <= customer.lft and customer.rght <= self.node.rght)


@dataclass(frozen=True)
class PaymentTerm:
    """Within how many days an invoice is paid, and whose agreement that is, in words."""

    days: int
    source: str


def price_lists_of(customer: Customer, on: date) -> list[int]:
    """Return the keys of the price lists that `customer` has on the day `on`, the nearest node's first."""
    codes = [reach.condition.value for reach in in_force(customer, on, Kind.PRICE_LIST)]
    keys = dict(PriceList.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    return [keys[code] for code in dict.fromkeys(codes) if code in keys]


def source_of(version: PlanVersion, customer: Customer, on: date) -> Reach | None:
    """Return what gives `customer` this price on the day `on`; nothing when it is everybody's price."""
    if version.price_list is None:
        return None
    reaching = in_force(customer, on, Kind.PRICE_LIST)
    return next((reach for reach in reaching if reach.condition.value == version.price_list.code), None)


def discount_of(customer: Customer, on: date) -> Reach | None:
    """Return the discount that holds for `customer` on the day `on`: the nearest node's."""
    return next(iter(in_force(customer, on, Kind.DISCOUNT)), None)


def in_force(customer: Customer, on: date, kind: str) -> list[Reach]:
    """Return what of a kind reaches `customer` on the day `on`, the nearest first."""
    return [reach for reach in _reaching([customer], kind) if reach.covers(customer) and on in reach.span]


def nearest(customers: Iterable[Customer], on: date, kind: str) -> dict[int, Reach]:
    """Return for each of many customers, by its key, the condition of a kind that holds for it on the day `on`, if any."""
    wanted = {customer.id: customer for customer in customers}
    of_tree: dict[int, list[Reach]] = defaultdict(list)
    for reach in _reaching(wanted.values(), kind) if wanted else []:
        if on in reach.span:
            of_tree[reach.node.tree_id].append(reach)
    found = {key: next((r for r in of_tree.get(one.tree_id, ()) if r.covers(one)), None) for key, one in wanted.items()}
    return {key: reach for key, reach in found.items() if reach}


def payment_terms_of(customers: Iterable[Customer], on: date) -> dict[int, PaymentTerm]:
    """Return the days to pay that were agreed for each of many customers, by its key; the others are left out."""
    return {
        key: PaymentTerm(int(reach.condition.value), f"agreed for {reach.source}")
        for key, reach in nearest(customers, on, Kind.PAYMENT_TERM).items()
    }


def discounts_for(customers: Iterable[Customer]) -> dict[Reach, dict[int, tuple[Span, ...]]]:
    """Return every discount that reaches these customers, and for whom on which days: those on which no nearer one holds."""
    wanted = {customer.id: customer for customer in customers}
    of_tree: dict[int, list[Reach]] = defaultdict(list)
    for reach in _reaching(wanted.values(), Kind.DISCOUNT):
        of_tree[reach.node.tree_id].append(reach)
    found: dict[Reach, dict[int, tuple[Span, ...]]] = defaultdict(dict)
    for key, customer in wanted.items():
        taken: list[Span] = []
        for reach in (held for held in of_tree.get(customer.tree_id, ()) if held.covers(customer)):
            if left := _less(reach.span, taken):
                found[reach][key] = tuple(left)
            taken.append(reach.span)
    return found


def _reaching(customers: Iterable[Customer], kind: str) -> list[Reach]:
    """Return what of a kind was approved in the trees of these customers, the deepest nodes first; two statements at most."""
    trees = {customer.tree_id for customer in customers}
    approved = Condition.objects.filter(approved_by__isnull=False, kind=kind).exclude(until__lte=F("since"))
    known = approved.select_related("customer", "segment")
    found = [
        Reach(condition, condition.customer, Span(condition.since, condition.until), of_segment=False)
        for condition in known.filter(reading.among("customer__tree_id", trees))
        if condition.customer
    ]
    if of_segments := list(known.filter(segment__isnull=False)):
        found += _through_segments(of_segments, trees)
    return sorted(found, key=lambda reach: (-reach.node.lft, reach.of_segment, -_rank(reach), reach.condition.pk))


def _rank(reach: Reach) -> int:
    return reach.condition.segment.rank if reach.condition.segment else 0


def _through_segments(conditions: Sequence[Condition], trees: set[int]) -> list[Reach]:
    in_them = Q(segment__in={condition.segment_id for condition in conditions}, customer__tree_id__in=trees)
    members: dict[int, list[SegmentMembership]] = defaultdict(list)
    for membership in SegmentMembership.objects.filter(in_them).select_related("customer"):
        members[membership.segment_id].append(membership)
    return [
        Reach(condition, membership.customer, both, of_segment=True)
        for condition in conditions
        for membership in members[condition.segment_id or 0]
        if (both := _both(Span(condition.since, condition.until), Span(membership.since, membership.until)))
    ]


def _both(one: Span, other: Span) -> Span | None:
    since = max(one.since, other.since)
    ends = [span.until for span in (one, other) if span.until is not None]
    until = min(ends, default=None)
    return Span(since, until) if until is None or since < until else None


def _less(whole: Span, taken: Sequence[Span]) -> list[Span]:
    """Return what is left of `whole` without the days of `taken`."""
    left = [whole]
    for other in taken:
        left = [part for span in left for part in _without(span, other)]
    return left


def _without(span: Span, other: Span) -> list[Span]:
    last, ends = span.until or date.max, other.until or date.max
    before = Span(span.since, min(last, other.since))
    after = Span(max(span.since, ends), span.until)
    return [part for part in (before, after) if part.since < (part.until or date.max)]
