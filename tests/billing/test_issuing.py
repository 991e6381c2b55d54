"""Issuing: numbers, tax, coverage, the books behind a document, and that nothing of it ever changes."""

from datetime import UTC, date, datetime

import pytest

from billing.invoices import run
from tests.factories import billing, customers

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_smoke():
    berlin = customers.group("Berlin")
    subscription = billing.subscribed(berlin, quantity=2, tax_rate="0.19")
    [document] = run.bill(payer=berlin, on=date(2026, 1, 1), at=NOON)
    assert document.total_minor == 14756
    assert run.bill(payer=berlin, on=date(2026, 1, 1), at=NOON) == []
    subscription.refresh_from_db()
    assert subscription.next_due_on == date(2026, 2, 1)
