"""Where the demo world's reseller gets its invoices: at its bookkeeping, from a day to come, as its own member asked."""

from datetime import datetime, timedelta
from typing import Final

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import changes
from accounts.quality.models import ChangeRequest
from backoffice.demo.relations import MEMBER, RESELLER

AHEAD: Final = timedelta(days=21)
BOOKKEEPING: Final = {
    "purpose": "invoices", "attention": "Bookkeeping", "street": "Kanalstraße 12", "postcode": "24103", "city": "Kiel",
    "country": "DE",
}  # fmt: skip


def ask(*, at: datetime) -> None:
    """Ask for the address, unless one is kept."""
    reseller = Customer.objects.get(ref=RESELLER)
    if reseller.addresses.exists():
        return
    changes.ask(
        actor=User.objects.get(email=MEMBER),
        customer=reseller,
        what=ChangeRequest.What.SENT_TO,
        effective_on=at.date() + AHEAD,
        at=at,
        **BOOKKEEPING,
    )
