"""What every detector is: a name, and a way to see suspects among the lines and payments of some customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from billing.invoices.models import Line
from billing.money import Money
from billing.payments.models import Payment


@dataclass(frozen=True)
class Suspect:
    """A line that should perhaps not be, or a payment that pays for nothing. `key` names the suspicion: the same, the same key.

    `amount` is what could be given back, tax included; `evidence` is plain JSON and holds the sentence under "words".
    """

    key: str
    amount: Money
    evidence: dict[str, Any]
    line: Line | None = None
    twin: Line | None = None
    payment: Payment | None = None

    @property
    def customer(self) -> Customer:
        """Whose it is: who used the line, or who paid."""
        if self.line:
            return self.line.customer
        if self.payment:
            return self.payment.payer
        raise NothingSuspected(_("The suspicion {key} names neither a line nor a payment.").format(key=self.key))


class NothingSuspected(ValueError):
    """A detector found something that is neither a line nor a payment."""


class Detector(Protocol):
    """One kind of billing error."""

    code: str
    label: str
    tells_all: bool
    """Whether it always returns every suspect; then a finding it no longer returns is settled."""

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return what looks wrong for these customers (None: for anybody): what is no finding yet, or all (`tells_all`).

        One set-based statement finds them, whatever the number of customers.
        """
        ...
