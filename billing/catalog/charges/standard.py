"""Standard: every unit costs the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"unit_price": "9.99"}."""

    name: ClassVar[str] = "standard"
    keys: ClassVar[frozenset[str]] = frozenset({"unit_price"})

    each: Decimal

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the price of a unit."""
        base.only(params, cls.keys)
        return cls(base.number(params, "unit_price"))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Multiply the units by the unit price."""
        units = base.not_negative(quantity.units)
        amount = Fraction(units) * Fraction(self.each)
        return base.Price(amount, (base.Step("units", units, self.each, base.ZERO, amount),))

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say the price of a unit."""
        return say(gettext_noop("{price} for each unit"), price=self.each)

    @property
    def unit_price(self) -> Decimal:
        """The price of every unit."""
        return self.each

    def at(self, price: Decimal) -> "Terms":
        """Return the terms with every unit at `price`."""
        return Terms.parse({"unit_price": price})
