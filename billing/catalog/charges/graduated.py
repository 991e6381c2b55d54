"""Graduated: each unit costs what the tier it falls into says; a tier's flat price is added once it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"tiers": [{"up_to": 100, "unit_price": "0.10", "flat_price": "0"}, {"up_to": null, "unit_price": "0.05"}]}."""

    name: ClassVar[str] = "graduated"
    keys: ClassVar[frozenset[str]] = frozenset({"tiers"})

    tiers: tuple[base.Tier, ...]

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the tiers from the lowest up."""
        base.only(params, cls.keys)
        return cls(base.read_tiers(params, "unit_price"))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Add up the units of each tier at that tier's price; nothing is added for tiers that are not reached."""
        units = base.not_negative(quantity.units)
        steps = tuple(_step(tier, units) for tier in self.tiers if units > tier.starts)
        return base.Price(sum((step.amount for step in steps), base.NOTHING), steps)

    @property
    def included(self) -> Decimal | None:
        """The units of the first tiers, where they are free."""
        return base.free_part(self.tiers)

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say each tier."""
        tiers = "; ".join(tier.says(say, gettext_noop("{rate} each")) for tier in self.tiers)
        words = gettext_noop("each unit at the price of its tier")
        return f"{say(words)}: {tiers}"


def _step(tier: base.Tier, units: Decimal) -> base.Step:
    within = tier.units_within(units)
    return base.Step("tier", within, tier.rate, tier.flat, Fraction(within) * Fraction(tier.rate) + Fraction(tier.flat))
