"""Metered: what was used in a cycle and what it costs so far, by the same quantities and terms by which it is billed.

Pure. Amounts are whole minor units, net, before discounts and coupons; days are the contract's own.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import money
from billing.catalog.charges.base import Quantity, Terms
from billing.money import Money
from billing.rating import due, service
from billing.rating.history import History, Usage
from billing.rating.schedule import Part
from billing.rating.stretches import Stretch, lay_out


@dataclass(frozen=True, slots=True)
class Metered:
    """One metered charge in one cycle: what was used of what is included, in how many records, and its price so far."""

    charge_code: str
    metric: str
    plan: str
    version: int
    since: date
    until: date
    due_on: date
    used: Decimal
    included: Decimal | None
    records: int
    price: Money
    terms: Terms

    @property
    def above(self) -> Decimal:
        """What was used beyond what is included."""
        return max(self.used - (self.included or Decimal(0)), Decimal(0))

    def is_running(self, on: date) -> bool:
        """Whether the cycle is not over on the day `on`."""
        return self.since <= on < self.until


def of(history: History, *, today: date, cycles: int) -> list[Metered]:
    """Return the last `cycles` cycles begun by `today` of every metered charge, the newest first.

    Raises:
        Refusal: the history makes no sense.
    """
    found: list[Metered] = []
    for stretch in lay_out(service.read(history)):
        if stretch.charge.kind == "usage":
            begun: list[Part] = []
            for part in stretch.parts():
                if part.since > today:
                    break
                begun.append(part)
            found += [_metered(history, stretch, part) for part in begun[-cycles:]]
    newest = sorted(found, key=lambda one: (one.since, one.charge_code), reverse=True)
    kept = sorted({one.since for one in newest}, reverse=True)[:cycles]
    return [one for one in newest if one.since in kept]


def _metered(history: History, stretch: Stretch, part: Part) -> Metered:
    entries: list[Usage] = [use for use in history.usage.get(stretch.charge.metric, ()) if part.since <= use.day < part.until]
    quantity: Quantity = due.sum_up(entries)
    return Metered(
        charge_code=stretch.charge.code,
        metric=stretch.charge.metric,
        plan=stretch.segment.plan.code,
        version=stretch.segment.plan.version,
        since=part.since,
        until=part.until,
        due_on=stretch.due_on(part),
        used=quantity.base,
        included=stretch.terms.included,
        records=len(entries),
        price=money.rounded_major(stretch.terms.price(quantity).amount, history.currency),
        terms=stretch.terms,
    )
