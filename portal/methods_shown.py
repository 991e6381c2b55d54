"""Ways to pay as a page shows them: where each is kept, how long it is valid, and why one cannot be removed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from accounts.customers.models import Customer
from accounts.decisions import Decision
from billing.payments import gateways, methods, relying
from billing.payments.gateways.direct_debit import DirectDebits
from billing.payments.models import PaymentMethod

DAYS_OF_WARNING: Final = max(methods.WARNED_DAYS_AHEAD)


@dataclass(frozen=True)
class Row:
    """One way to pay; `removable` is asked only of those kept at this very customer."""

    method: PaymentMethod
    kind: str
    is_own: bool
    is_default_here: bool
    days_left: int | None
    removable: Decision | None

    @property
    def is_card(self) -> bool:
        """Whether it is replaced by entering a card; the account of a mandate is changed by signing another."""
        return self.method.gateway != DirectDebits.code

    @property
    def valid_until(self) -> date | None:
        """The last day on which it is valid."""
        return self.method.expires_on - timedelta(days=1) if self.method.expires_on else None

    @property
    def expiry(self) -> str:
        """`expired`, `expiring` or nothing."""
        if self.days_left is None or self.days_left > DAYS_OF_WARNING:
            return ""
        return "expiring" if self.days_left > 0 else "expired"


def rows(customer: Customer, today: date) -> list[Row]:
    """Return what `customer` may pay with, its own first, then what it inherits from the nearest above."""
    available = methods.available_to(customer)
    own = [method for method in available if method.customer_id == customer.pk]
    removable = relying.decide_each(own, today)
    valid = [method for method in available if method.expires_on is None or method.expires_on > today]
    default = next((method for method in valid if method.is_default), next(iter(valid), None))
    inherited = [method for method in available if method not in own]
    return [
        Row(
            method=method,
            kind=gateways.by_code(method.gateway).label,
            is_own=method in own,
            is_default_here=method == default,
            days_left=methods.days_left(method, today),
            removable=removable.get(method.pk),
        )
        for method in [*own, *inherited]
    ]
