"""What is overdue, for tests: an invoice long past its day, and one of which a line is in dispute."""

from datetime import UTC, date, datetime

from accounts.customers.models import Customer
from billing.dunning import disputes
from billing.dunning.models import Dispute
from billing.invoices.models import Document
from tests.factories import billing, people

ISSUED_ON = date(2024, 3, 1)
AT = datetime(2024, 4, 1, 12, tzinfo=UTC)


def overdue(customer: Customer, amount_minor: int = 5000) -> Document:
    """An open invoice of March 2024."""
    return billing.invoice(customer, amount_minor, on=ISSUED_ON)


def disputed(customer: Customer, amount_minor: int = 5000) -> Dispute:
    """An open invoice of March 2024 with its line in dispute."""
    line = overdue(customer, amount_minor).lines.select_related("document__customer").get()
    return disputes.raise_one(actor=people.member(customer), line=line, ticket_ref="", at=AT, today=AT.date())
