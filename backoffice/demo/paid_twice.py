"""Who paid an invoice twice in the demo world writes about it: an agent can send the money back on the ticket."""

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from backoffice.demo.people import GUESTS
from billing.anomalies import finding, kept_money
from billing.payments import gateways
from support.tickets import conversation
from support.tickets.models import Ticket

KEY: Final = uuid5(NAMESPACE_URL, "accord:demo:paid-twice")


def ask(*, at: datetime) -> None:
    """Open a ticket about the first invoice that was paid twice, by card as well; again changes nothing."""
    kept = next((one for one in kept_money.by(None) if one.paid_twice and one.payment.gateway in gateways.GATEWAYS), None)
    if kept is None:
        return
    invoice, payer = kept.paid_twice[0], kept.payment.payer
    people = [User.objects.get(email=guest.email) for guest in GUESTS]
    asker = next((one for one in people if _may_ask(one, payer)), None)
    if asker is None:
        return
    finding.find_for([payer], at=at)
    conversation.open_ticket(
        actor=asker, customer=payer, subject=f"{invoice} was paid twice", kind=Ticket.Kind.BILLING,
        document=invoice, key=KEY, at=at,
        text=f"We paid {invoice} by transfer, and our card was charged for it as well. Please send the second payment back.",
    )  # fmt: skip


def _may_ask(person: User, payer: Customer) -> bool:
    return access.customers_within_reach(person, access.ASK_FOR_HELP).filter(pk=payer.pk).exists()
