"""A line that is about to stand on a document: its facts, before it has a number, a tax amount or a place in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.customers.models import Customer
from billing.catalog.models import Product
from billing.contracts.models import Subscription
from billing.invoices.models import Line

RECURRING, SETUP_FEE, USAGE, TRUE_UP = "recurring", "setup_fee", "usage", "true_up"
PRORATION_CREDIT: Final = "proration_credit"
ITEM_ADJUSTMENT: Final = "item_adjustment"
COMMITMENT_TRUE_UP: Final = "commitment_true_up"
MINIMUM_CODE: Final = "minimum"
ONE_OFF: Final = "one_off"
ACCOUNT_CREDIT: Final = "account_credit"
WALLET_TOPUP: Final = "wallet_topup"
COUPON: Final = "coupon"
DISCOUNT: Final = "discount"

# What takes something off other lines of its document (reductions.py).
REDUCTIONS: Final = (COUPON, DISCOUNT)

# Credits that planning makes itself; any other credit (goodwill, a remedy) leaves days and usage billed.
PLANNED_CREDITS: Final = (PRORATION_CREDIT, TRUE_UP)
# The kinds that cover days, with the kind of charge behind them. A true-up adds to a cycle whose days are covered already.
COVERING: Final[Mapping[str, str]] = {
    RECURRING: "recurring",
    SETUP_FEE: "one_time",
    USAGE: "usage",
    COMMITMENT_TRUE_UP: "minimum",
}
CHARGE_KINDS: Final[Mapping[str, str]] = {**COVERING, TRUE_UP: "usage"}


@dataclass(frozen=True)
class NewLine:
    """One line to be issued. Amounts net of tax in minor units; `corrects` makes it a credit line, its amount zero or below.

    A proration credit gives the days from `since` on back to be billed anew; any other credit leaves the days billed.
    """

    kind: str
    customer: Customer
    description: str
    amount_minor: int
    tax_rate: Decimal = Decimal(0)
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    subscription: Subscription | None = None
    product: Product | None = None
    charge_code: str = ""
    price_key: str = ""
    since: date | None = None
    until: date | None = None
    cycle_since: date | None = None
    cycle_until: date | None = None
    po_number: str = ""
    corrects: Line | None = None
    derivation: Mapping[str, Any] = field(default_factory=dict)

    @property
    def covers(self) -> bool:
        """Whether the line takes its days, so that no other line may bill them."""
        return self.kind in COVERING and self.subscription is not None and self.corrects is None

    @property
    def gives_back(self) -> bool:
        """Whether the line gives days back that the corrected line covered."""
        return self.kind == PRORATION_CREDIT and self.corrects is not None
