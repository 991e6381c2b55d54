"""What became of a ticket, as its customer reads it: what was wrong, what was done, and how the account stands now."""

from dataclasses import dataclass

from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money
from support.remedies.models import Grant
from support.tickets.models import Ticket
from support.voice.models import Praise


@dataclass(frozen=True)
class PutRight:
    """A remedy that was granted, and the new balance (one amount a currency; below zero is credit)."""

    grant: Grant
    amount: Money
    document: Document
    balance: list[Money]


def put_right(ticket: Ticket) -> list[PutRight]:
    """Return the remedies granted on `ticket`, the latest first."""
    granted = (
        ticket.grants.filter(status=Grant.Status.GRANTED).select_related("document__customer").order_by("-granted_at", "-pk")
    )
    return [
        PutRight(grant, Money(grant.amount_minor, grant.currency), grant.document, _owed_by(grant.document)) for grant in granted
    ]


def _owed_by(document: Document) -> list[Money]:
    owed = balances.owed_by(document.customer)
    return [Money(minor, currency) for currency, minor in owed.items()] or [Money.zero(document.currency)]


def praise_of(ticket: Ticket) -> Praise | None:
    """Return the thanks given for `ticket`."""
    return Praise.objects.filter(ticket=ticket).select_related("to").first()
