"""Segments: the life of a subscription as spans of days, each under one plan, quantity, price and state.

Segments follow each other without a gap from the first day of service to the last. A trial is a phase in which nothing
is billed, an introductory phase one with a lower price; both belong to the plan the subscription started with. Billing,
and with it an anniversary, starts on the day after the trial.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from billing.catalog import charges
from billing.periods import Alignment, Interval
from billing.rating import schedule
from billing.rating.history import PlanTerms, PricedCharge

TRIAL, INTRO, REGULAR = "trial", "intro", "regular"


@dataclass(frozen=True, slots=True)
class Turn:
    """The state of a subscription from the day `on`, and the change (`cause`) that brought it."""

    on: date
    plan: PlanTerms
    quantity: int
    price_override: Decimal | None
    paused: bool
    cause: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Days `[since, until)` (no `until`: open-ended) under one plan, quantity, price and state, begun by the change `cause`."""

    since: date
    until: date | None
    plan: PlanTerms
    quantity: int
    price_override: Decimal | None
    paused: bool
    phase: str
    cause: str
    phase_price: Decimal | None = None

    @property
    def billed(self) -> bool:
        """Whether recurring charges are due for these days: neither paused nor on trial."""
        return not self.paused and self.phase != TRIAL

    def price_in_force(self, charge: PricedCharge) -> Decimal | None:
        """Return the negotiated, else the introductory price that stands in for this charge's own, if any."""
        if charge is not self.plan.main:
            return None
        return self.phase_price if self.price_override is None else self.price_override

    def terms_in_force(self, charge: PricedCharge) -> charges.Terms:
        """Return the terms of `charge` with the price in force for these days."""
        price = self.price_in_force(charge)
        return charge.terms if price is None else charge.terms.at(price)

    def price_key(self, charge: PricedCharge) -> str:
        """Name the price: equal keys mean equal prices, e.g. "PRO@2/7/9.5" (plan, version, quantity, negotiated price)."""
        if charge.kind == "usage":
            return self.plan.key
        parts = [self.plan.key]
        if charge.terms.counts_units:
            parts.append(str(self.quantity))
        price = self.price_in_force(charge)
        if price is not None:
            parts.append(charges.decimal_text(price))
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Service:
    """A subscription's life laid out: segments, the day billing starts and the rules where cycles begin.

    `settled_on` is the day the end of service counts from: the last day itself when the day of cancellation is billed.
    """

    segments: tuple[Segment, ...]
    billing_start: date
    end: date | None
    settled_on: date | None
    alignment: Alignment
    anchors: tuple[schedule.AnchorChange, ...]

    def calendar(self, interval: Interval) -> schedule.Calendar:
        """Lay out the billing cycles of `interval` over the life of the subscription."""
        return schedule.calendar(
            interval=interval,
            billing_start=self.billing_start,
            alignment=self.alignment,
            anchors=self.anchors,
            begins=self._begins(interval),
        )

    def end_of_term(self, day: date) -> date:
        """Return the end of the trial, the fixed term or else the billing cycle that contains `day`."""
        if day < self.billing_start:
            return self.billing_start
        plan = next(segment.plan for segment in reversed(self.segments) if segment.since <= day)
        if plan.term_months:
            return term_ends(plan, self.billing_start, day)
        charge = plan.main or next(iter(plan.charges), None)
        return self.calendar(charge.interval).next_after(day) if charge else day

    def segment_from(self, day: date) -> Segment | None:
        """Return the segment that begins on `day`, if one does."""
        return next((segment for segment in self.segments if segment.since == day), None)

    def _begins(self, interval: Interval) -> Iterator[date]:
        """Yield the days on which the interval comes into use after days without it."""
        in_use = False
        for segment in self.segments:
            used = segment.phase != TRIAL and any(
                charge.interval.length == interval.length for charge in segment.plan.charges if charge.kind != "one_time"
            )
            if used and not in_use:
                yield segment.since
            in_use = used


def plan_of(price_key: str) -> tuple[str, int]:
    """Return the plan and version that a price key names."""
    plan, _, version = price_key.split("/")[0].rpartition("@")
    return plan, int(version)


def lay_out(
    turns: Sequence[Turn],
    *,
    alignment: Alignment,
    anchors: Sequence[schedule.AnchorChange] = (),
    end: date | None = None,
    settled_on: date | None = None,
) -> Service:
    """Lay out the turns of a subscription, given in the order they take effect; of two on one day the later one holds."""
    of_day = {turn.on: turn for turn in turns}
    first = of_day[turns[0].on]
    billing_start = starts_billing(first)
    prices = tuple(_intros(first.plan, billing_start))
    spans: list[Segment] = []
    for turn, following in zip(of_day.values(), [*list(of_day)[1:], end], strict=True):
        for segment in _phases(turn, following, billing_start, prices if turn.plan.code == first.plan.code else ()):
            if spans and _same_state(spans[-1], segment):
                spans[-1] = replace(spans[-1], until=segment.until)
            else:
                spans.append(segment)
    return Service(tuple(spans), billing_start, end, settled_on, alignment, tuple(anchors))


def starts_billing(first: Turn) -> date:
    """Return the day after the trial that a subscription starts with."""
    return _after(first.on, first.plan.trial_months, first.plan.trial_days)


def term_ends(plan: PlanTerms, billing_start: date, day: date) -> date:
    """Return the end of the fixed term of `plan` that contains `day`; terms follow each other from the day billing starts."""
    return Alignment.anniversary().cycles(Interval("month", plan.term_months or 1), billing_start).next_after(day)


@dataclass(frozen=True, slots=True)
class _Price:
    """An introductory price and the days `[since, until)` for which it stands."""

    since: date
    until: date
    price: Decimal


def _intros(plan: PlanTerms, billing_start: date) -> Iterator[_Price]:
    """Yield the introductory prices, each from the end of the one before; months are counted from the day billing starts."""
    months = days = 0
    since = billing_start
    for intro in plan.intros:
        unit = intro.unit or (plan.main.interval if plan.main else Interval("month"))
        months, days = months + unit.months * intro.periods, days + unit.days * intro.periods
        until = _after(billing_start, months, days)
        yield _Price(since, until, intro.price)
        since = until


def _after(day: date, months: int, days: int) -> date:
    return (Alignment.anniversary().cycles(Interval("month"), day).boundary(months) if months else day) + timedelta(days=days)


def _phases(turn: Turn, until: date | None, billing_start: date, prices: Sequence[_Price]) -> Iterator[Segment]:
    """Divide the days of a turn into trial, introductory and regular ones; spans without a day are left out."""
    last = until or date.max
    bounds: list[tuple[str, date, date, str, Decimal | None]] = [(TRIAL, turn.on, min(last, billing_start), turn.cause, None)]
    begun = "trial_end"
    for price in prices:
        bounds.append((INTRO, max(turn.on, price.since), min(last, price.until), begun, price.price))
        begun = "intro_end"
    bounds.append((REGULAR, max(turn.on, billing_start, *(price.until for price in prices)), last, begun, None))
    for phase, since, ends, cause, price_of_phase in bounds:
        if since < ends:
            yield Segment(
                since,
                None if ends == date.max else ends,
                turn.plan,
                turn.quantity,
                turn.price_override,
                turn.paused,
                phase,
                turn.cause if since == turn.on else cause,
                price_of_phase,
            )


def _same_state(earlier: Segment, later: Segment) -> bool:
    return replace(later, since=earlier.since, until=earlier.until, cause=earlier.cause) == earlier
