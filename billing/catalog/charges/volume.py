"""Volume: the total decides the tier, and all units cost what that tier says; its flat price is added once."""

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

    name: ClassVar[str] = "volume"
    keys: ClassVar[frozenset[str]] = frozenset({"tiers"})

    tiers: tuple[base.Tier, ...]

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the tiers from the lowest up."""
        base.only(params, cls.keys)
        return cls(base.read_tiers(params, "unit_price"))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Price all units at the highest tier reached; no units cost nothing."""
        units = base.not_negative(quantity.units)
        if not units:
            return base.Price(base.NOTHING, ())
        tier = next(tier for tier in self.tiers if tier.up_to is None or units <= tier.up_to)
        amount = Fraction(units) * Fraction(tier.rate) + Fraction(tier.flat)
        return base.Price(amount, (base.Step("tier", units, tier.rate, tier.flat, amount),))

    @property
    def included(self) -> Decimal | None:
        """The units of the first tiers, where they are free."""
        return base.free_part(self.tiers)

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say each tier."""
        tiers = "; ".join(tier.says(say, gettext_noop("{rate} each")) for tier in self.tiers)
        words = gettext_noop("all units at the price of the tier the total falls into")
        return f"{say(words)}: {tiers}"
