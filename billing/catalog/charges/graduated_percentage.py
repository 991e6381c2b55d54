"""Graduated percentage: each part of the amount at the percentage of the tier it falls into, plus that tier's flat price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"tiers": [{"up_to": 1000, "rate": "1", "flat_price": "200"}, {"up_to": null, "rate": "2"}]}, rates in percent."""

    name: ClassVar[str] = "graduated_percentage"
    keys: ClassVar[frozenset[str]] = frozenset({"tiers"})

    tiers: tuple[base.Tier, ...]

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the tiers from the lowest up."""
        base.only(params, cls.keys)
        return cls(base.read_tiers(params, "rate"))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Add up the parts of the amount at their tiers' percentages; nothing is added for tiers that are not reached."""
        moved = base.not_negative(quantity.base)
        steps = tuple(_step(tier, moved) for tier in self.tiers if moved > tier.starts)
        return base.Price(sum((step.amount for step in steps), base.NOTHING), steps)

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say each tier."""
        tiers = "; ".join(tier.says(say, gettext_noop("{rate} %")) for tier in self.tiers)
        words = gettext_noop("each part of the amount at the rate of its tier")
        return f"{say(words)}: {tiers}"


def _step(tier: base.Tier, moved: Decimal) -> base.Step:
    within = tier.units_within(moved)
    amount = Fraction(within) * Fraction(tier.rate) / 100 + Fraction(tier.flat)
    return base.Step("tier", within, tier.rate, tier.flat, amount)
