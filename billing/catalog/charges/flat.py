"""Flat: one price, whatever the quantity."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"price": "49.00"}."""

    name: ClassVar[str] = "flat"
    keys: ClassVar[frozenset[str]] = frozenset({"price"})
    counts_units: ClassVar[bool] = False

    fixed: Decimal

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the fixed price."""
        base.only(params, cls.keys)
        return cls(base.number(params, "price"))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Return the fixed price."""
        base.not_negative(quantity.units)
        amount = Fraction(self.fixed)
        return base.Price(amount, (base.Step("flat", Decimal(1), base.ZERO, self.fixed, amount),))

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say the fixed price."""
        return say(gettext_noop("{price} in all, whatever the quantity"), price=self.fixed)

    @property
    def unit_price(self) -> Decimal:
        """The fixed price, as of one unit."""
        return self.fixed

    def at(self, price: Decimal) -> "Terms":
        """Return the terms with the fixed price `price`."""
        return Terms.parse({"price": price})
