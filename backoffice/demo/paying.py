"""One customer of the demo world pays automatically, one of its two cards expires soon, and one invoice was paid twice."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from accounts.customers.models import Customer
from billing.invoices.models import Document
from billing.money import Money
from billing.payments import autopay, collecting, methods, receiving
from billing.payments.gateways import sandbox

WHO: Final = "NW"
SLOW: Final = ("KR-DEP", "PO-RET")  # pay so late that something of one of them is open on any day of the month
LIMIT_MINOR: Final = 250_000


def arrange(*, at: datetime) -> None:
    """Keep two cards for the customer `WHO`, one valid until the end of this month, and let its invoices pay themselves."""
    customer = Customer.objects.get(ref=WHO)
    for number, until in (("4000000000000119", at), ("4242424242424242", at + timedelta(days=900))):
        card = sandbox.tokenise(number, f"{until:%m/%y}", on=at.date())
        methods.keep(actor=None, customer=customer, method=card, at=at, scope=methods.SUBTREE, verified=True)
    _pay_twice(customer, at)
    limit = Money(LIMIT_MINOR, customer.currency)
    autopay.set_up(actor=None, customer=customer, terms=autopay.Terms(scope=methods.SUBTREE, limit=limit, day=10), at=at)


def _pay_twice(customer: Customer, at: datetime) -> None:
    """Let one open invoice be paid by card after somebody else had paid it: the second payment is offered back."""
    owed = Document.objects.issued().invoices().open().select_related("customer").order_by("due_on", "pk")
    document = owed.filter(customer__tree_id=customer.tree_id).first() or owed.filter(customer__ref__in=SLOW).first()
    if document is None:
        return
    card = sandbox.tokenise("4242424242424242", f"{at + timedelta(days=900):%m/%y}", on=at.date())
    second = collecting.start(actor=None, payer=document.customer, documents=[document], method=card, key=uuid4(), at=at)
    receiving.receive(
        actor=None, payer=document.customer, amount=Money(document.open_minor, document.currency), seller=document.legal_entity,
        key=uuid4(), at=at, documents=[document],
    )  # fmt: skip
    collecting.carry_out(second.pk, at)
