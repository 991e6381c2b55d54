"""A book of issued lines for tests: applies what planning plans and watches that nothing is billed twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from billing.invoices import planning
from billing.invoices.planning import Issued, PlannedLine
from billing.periods import Alignment, Interval
from billing.rating.history import Event, History, PlanTerms, PricedCharge

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
MONTH = Interval("month")


def plan(code: str, price: str, *, interval: Interval = MONTH, billing: str = "in_advance", **terms: Any) -> PlanTerms:
    """A plan of one standard charge `base`; further charges by `more`."""
    base = PricedCharge("base", "recurring", "standard", {"unit_price": price}, interval, billing)
    return PlanTerms(code, 1, (base, *terms.pop("more", ())), **terms)


def usage_charge(metric: str, model: str, params: Mapping[str, Any], interval: Interval = MONTH) -> PricedCharge:
    """A usage charge named for its metric."""
    return PricedCharge(metric, "usage", model, params, interval, "in_arrears", metric)


def setup_fee(price: str) -> PricedCharge:
    """A fee charged once."""
    return PricedCharge("setup", "one_time", "flat", {"price": price}, MONTH)


def history(*plans: PlanTerms, alignment: Alignment | None = None, currency: str = "EUR", **more: Any) -> History:
    """A history without events."""
    return History("S1", currency, alignment or Alignment.bcd(1), {plan.code: plan for plan in plans}, (), **more)


def event(story: History, on: date | str, what: str, **args: Any) -> Event:
    """The next event of a history."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return Event(story.next_sequence, day, AT, what, args)


def story_of(*plans: PlanTerms, events: list[tuple[Any, ...]], **more: Any) -> History:
    """A history with events given as (day, what) or (day, what, args)."""
    story = history(*plans, **more)
    for on, what, *args in events:
        story = story.with_event(event(story, on, what, **(args[0] if args else {})))
    return story


@dataclass
class Book:
    """Lines as a database would keep them."""

    lines: dict[int, Issued] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    billed_minor: int = 0
    days: dict[tuple[str, date], int] = field(default_factory=dict)

    def run(self, story: History, on: date, since: date | None = None) -> list[PlannedLine]:
        """Bill what is due on a day and return the lines."""
        planned = planning.plan_for(story, list(self.lines.values()), up_to=on, since=since)
        for line in planned:
            self.apply(line)
        assert planning.plan_for(story, list(self.lines.values()), up_to=on, since=since) == []
        return planned

    def apply(self, line: PlannedLine) -> None:
        """Store a planned line, watching cover and credits."""
        self.billed_minor += line.amount_minor
        if line.corrects is None:
            self._store(line)
        else:
            self._credit(line)

    def goodwill(self, line_id: int, amount_minor: int) -> None:
        """Credit a line for another reason than unused days."""
        line = self.lines[line_id]
        self.lines[line_id] = replace(
            line, left_minor=line.left_minor - amount_minor, adjusted_minor=line.adjusted_minor + amount_minor
        )

    def _store(self, line: PlannedLine) -> None:
        number = next(self.numbers)
        assert line.amount_minor > 0
        if line.covers:
            for day in days_between(line.since, line.until):
                assert (line.charge_code, day) not in self.days, f"{line.charge_code} billed twice on {day}"
                self.days[line.charge_code, day] = number
        self.lines[number] = Issued(
            number, line.charge_code, line.charge_kind, line.since, line.until, line.until, line.price_key, line.cycle,
            line.amount_minor, line.amount_minor, covers=line.covers,
        )  # fmt: skip

    def _credit(self, line: PlannedLine) -> None:
        corrected = self.lines[line.corrects or 0]
        left = corrected.left_minor + line.amount_minor
        assert line.amount_minor <= 0 <= left, "a credit exceeds what is left"
        remaining = corrected.remaining_until
        if line.kind == planning.CREDIT and corrected.covers:
            for day in days_between(line.since, line.until):
                assert self.days.pop((line.charge_code, day)) == line.corrects
            remaining = line.since
        self.lines[corrected.line_id] = replace(corrected, left_minor=left, remaining_until=remaining)
        if remaining == corrected.since:
            del self.lines[corrected.line_id]


def days_between(since: date, until: date) -> list[date]:
    """The days of a half-open span."""
    return [since + timedelta(days=number) for number in range((until - since).days)]
