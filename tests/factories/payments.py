"""Payments for tests: the sandbox's cards, and payments written down (`start`) or carried out (`pay`).

Nobody is asked for their rights unless an `actor` is named.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from accounts.customers.models import Customer
from accounts.people.models import User
from billing.invoices.models import Document
from billing.payments import collecting
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import Method
from billing.payments.models import Payment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
GOOD, DECLINED, TIMES_OUT, TIMES_OUT_DECLINED = (sandbox.tokenise(card.number, "08/29", on=TODAY) for card in sandbox.TEST_CARDS)


def start(
    payer: Customer,
    *documents: Document,
    card: Method = GOOD,
    actor: User | None = None,
    key: UUID | None = None,
    at: datetime = NOON,
    **facts: Any,
) -> Payment:
    """A payment of `documents` that is written down and not sent yet."""
    return collecting.start(actor=actor, payer=payer, documents=documents, method=card, key=key or uuid4(), at=at, **facts)


def pay(payer: Customer, *documents: Document, at: datetime = NOON, **facts: Any) -> Payment:
    """A payment of `documents`, sent and answered."""
    return collecting.carry_out(start(payer, *documents, at=at, **facts).pk, at)
