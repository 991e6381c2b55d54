"""Package: units are sold in packages; a package begun is a package to pay, after any free units."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, ClassVar, Self

from billing.catalog.charges import base
from billing.catalog.charges.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Terms(base.Terms):
    """{"package_price": "5.00", "package_size": 100, "free_units": 100}."""

    name: ClassVar[str] = "package"
    keys: ClassVar[frozenset[str]] = frozenset({"package_price", "package_size", "free_units"})

    package_price: Decimal
    size: Decimal
    free_units: Decimal

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read price and size of a package, and the free units (none by default)."""
        base.only(params, cls.keys)
        size = base.number(params, "package_size")
        if not size:
            raise base.BadTerms("package_size is above zero.")
        return cls(base.number(params, "package_price"), size, base.number(params, "free_units", default=base.ZERO))

    def price(self, quantity: base.Quantity) -> base.Price:
        """Count the packages begun by the units that are not free."""
        paid = max(base.not_negative(quantity.units) - self.free_units, base.ZERO)
        packages = ceil(Fraction(paid) / Fraction(self.size))
        amount = packages * Fraction(self.package_price)
        return base.Price(amount, (base.Step("packages", Decimal(packages), self.package_price, base.ZERO, amount),))

    @property
    def included(self) -> Decimal | None:
        """The free units."""
        return self.free_units or None

    def explain(self, say: base.Say = base.in_english) -> str:
        """Say price and size of a package and what is free."""
        words = gettext_noop("{price} for each package of {size} units begun")
        of_them = gettext_noop("the first {units} free")
        free = f", {say(of_them, units=self.free_units)}" if self.free_units else ""
        return f"{say(words, price=self.package_price, size=self.size)}{free}"
