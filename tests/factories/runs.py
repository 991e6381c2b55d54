"""Invoice runs for tests."""

from datetime import date, timedelta

from accounts.customers.models import Customer
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingWork
from tests.factories import billing, customers

LAST = timedelta(days=31)


def held(customer: Customer | None = None, *, on: date = billing.FIRST_DAY) -> BillingWork:
    """What a run holds: days of a subscription that an imported invoice covers already."""
    payer = customer or customers.group()
    subscription = billing.subscribed(payer, on=on)
    billing.legacy_invoice(payer, since=on, until=on + LAST, product=subscription.product)
    carrying.bill_due(on=on, at=billing.NOON)
    return BillingWork.objects.held().get(payer=payer)
