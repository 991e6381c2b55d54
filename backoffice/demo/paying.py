"""One customer of the demo world pays automatically, and one of its two cards expires soon."""

from datetime import datetime, timedelta
from typing import Final

from accounts.customers.models import Customer
from billing.money import Money
from billing.payments import autopay, methods
from billing.payments.gateways import sandbox

WHO: Final = "NW"
LIMIT_MINOR: Final = 250_000


def arrange(*, at: datetime) -> None:
    """Keep two cards for the customer `WHO`, one valid until the end of this month, and let its invoices pay themselves."""
    customer = Customer.objects.get(ref=WHO)
    for number, until in (("4000000000000119", at), ("4242424242424242", at + timedelta(days=900))):
        card = sandbox.tokenise(number, f"{until:%m/%y}", on=at.date())
        methods.keep(actor=None, customer=customer, method=card, at=at, scope=methods.SUBTREE, verified=True)
    limit = Money(LIMIT_MINOR, customer.currency)
    autopay.set_up(actor=None, customer=customer, terms=autopay.Terms(scope=methods.SUBTREE, limit=limit, day=10), at=at)
