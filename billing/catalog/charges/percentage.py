"""Percentage: a share of the money moved, plus a fixed fee for each event, within bounds per event.

Free events and a free amount are used up in the order of the events; where both are agreed, the first to be used up ends
the free part. An event that goes beyond the free amount pays for what is beyond. With the amounts of the single events
the bounds hold for each of them; with a total and a count only, they hold for the events that are not free together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"rate": "1.2", "fixed_per_event": "0.10", "free_events": 3, "free_amount": "500", "min_per_event", "max_per_event"}.

    `rate` is in percent: "1.2" takes 1.20 of 100.00.
    """

    name: ClassVar[str] = "percentage"
    keys: ClassVar[frozenset[str]] = frozenset(
        {"rate", "fixed_per_event", "free_events", "free_amount", "min_per_event", "max_per_event"}
    )

    rate: Decimal
    fixed: Decimal
    free_events: int
    free_amount: Decimal
    least: Decimal
    most: Decimal | None

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read rate, fixed fee, what is free and the bounds of an event's fee; all but the rate may be left out."""
        base.only(params, cls.keys)
        least = base.number(params, "min_per_event", default=base.ZERO)
        most = base.number(params, "max_per_event") if params.get("max_per_event") is not None else None
        if most is not None and most < least:
            raise base.BadTerms("max_per_event is below min_per_event.")
        return cls(
            rate=base.number(params, "rate"),
            fixed=base.number(params, "fixed_per_event", default=base.ZERO),
            free_events=base.whole_number(params, "free_events"),
            free_amount=base.number(params, "free_amount", default=base.ZERO),
            least=least,
            most=most,
        )

    def price(self, quantity: base.Quantity) -> base.Price:
        """Add up the fees of the events that are not free; no money moved costs nothing."""
        if not base.not_negative(quantity.base):
            return base.Price(base.NOTHING, ())
        if quantity.event_amounts:
            steps = tuple(self._fee(moved, 1, 1) for moved in self._charged(quantity.event_amounts))
        else:
            charged = max(quantity.events - self.free_events, 0)
            steps = (self._fee(max(quantity.base - self.free_amount, base.ZERO), charged, quantity.events),)
        return base.Price(sum((step.amount for step in steps), base.NOTHING), steps)

    def _charged(self, amounts: tuple[Decimal, ...]) -> list[Decimal]:
        """Return, for each event that is not wholly free, the part of its amount that is charged."""
        if not self.free_events and not self.free_amount:
            return list(amounts)
        charged: list[Decimal] = []
        events, amount = self.free_events, self.free_amount
        for moved in amounts:
            free_by_count = events > 0 or not self.free_events
            free_by_amount = amount > 0 or not self.free_amount
            beyond = max(moved - amount, base.ZERO) if self.free_amount else base.ZERO
            if not (free_by_count and free_by_amount):
                charged.append(moved)
            elif beyond:
                charged.append(beyond)
            events -= 1
            amount -= moved
        return charged

    def _fee(self, moved: Decimal, charged: int, events: int) -> base.Step:
        """Return the fee for `moved` by `events` events, `charged` of them not free, kept within the bounds."""
        fee = Fraction(moved) * Fraction(self.rate) / 100 + charged * Fraction(self.fixed)
        fee = max(fee, charged * Fraction(self.least))
        if self.most is not None:
            fee = min(fee, events * Fraction(self.most))
        return base.Step("events", Decimal(charged), self.rate, self.fixed, fee)

    @property
    def included(self) -> Decimal | None:
        """The free amount."""
        return self.free_amount or None

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say the rate, the fee and what is free."""
        parts = [say(gettext_noop("{rate} % of the amount"), rate=self.rate)]
        if self.fixed:
            parts.append(say(gettext_noop("{price} for each event"), price=self.fixed))
        if self.free_events or self.free_amount:
            parts.append(self._free(say))
        if self.least:
            parts.append(say(gettext_noop("at least {amount} an event"), amount=self.least))
        if self.most is not None:
            parts.append(say(gettext_noop("at most {amount} an event"), amount=self.most))
        return ", ".join(parts)

    def _free(self, say: base.Say) -> str:
        if not self.free_amount:
            return say(gettext_noop("the first {events} events free"), events=self.free_events)
        if not self.free_events:
            return say(gettext_noop("the first {amount} free"), amount=self.free_amount)
        both = gettext_noop("the first {events} events or the first {amount} free")
        return say(both, events=self.free_events, amount=self.free_amount)
