"""One contract of the demo world has a coupon, and one invoice is held: its contract wants an order number and has none."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from accounts.customers.models import Customer
from accounts.people.models import User
from backoffice.demo import history
from backoffice.demo.people import MANAGER
from billing.catalog import coupons, plans
from billing.catalog.models import LegalEntity, Plan
from billing.contracts import redeeming, signing
from billing.contracts.models import Contract
from billing.invoices.running import carrying

REDUCED: Final = "AM"
COUPON: Final = {"code": "loyal-10", "name": "Ten per cent for loyalty", "percent": Decimal(10), "periods": 6}
MONTHS_REDUCED: Final = 2
HELD: Final = "LW"
HELD_PLAN: Final = "insight-team"


def reduce(*, at: datetime) -> None:
    """Give the customer `REDUCED` a coupon that counts since some months; its invoices since then show it."""
    since = history.months_before(at.date(), MONTHS_REDUCED)
    said = {"actor": User.objects.get(email=MANAGER), "at": history.morning(since)}
    redeeming.redeem(
        coupon=coupons.define(**COUPON, **said), on=since, contract=Contract.objects.get(customer__ref=REDUCED), **said
    )


def hold(*, at: datetime) -> None:
    """Sign a contract that wants an order number, without one; the run of today holds its first invoice."""
    customer, today = Customer.objects.get(ref=HELD), at.date()
    if Contract.objects.filter(customer=customer).exists():
        return
    contract = signing.sign(
        actor=None, customer=customer, legal_entity=LegalEntity.objects.get(), currency=customer.currency, po_required=True,
        timezone=customer.timezone, alignment={"type": "anniversary"}, signed_on=today, at=at,
    )  # fmt: skip
    version = plans.version_for(Plan.objects.get(code=HELD_PLAN), contract.currency, today)
    signing.subscribe(
        actor=None, contract=contract, customer=customer, plan_version=version, quantity=1, effective_on=today, at=at
    )
    carrying.bill_due(on=today, at=at)
