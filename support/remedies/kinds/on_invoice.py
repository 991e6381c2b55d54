"""On an invoice: what remedies about one invoice have in common; each names what it does with it.

The invoice is the one the ticket is about. It stands in the terms with the ticket, because what is put right is the invoice
on this ticket, and with what the giver chose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, refused
from billing.invoices import recovering
from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money
from support.remedies.kinds import base
from support.remedies.kinds.base import Effect, Remedy, TermsUnreadable
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The invoice."""

    document: Document


T = TypeVar("T", bound=Terms)


class OnInvoice(Remedy[T], Generic[T]):
    """A remedy about the invoice of the ticket; it moves no money unless it says so."""

    def facts(self, terms: T) -> dict[str, str]:
        """Name the invoice."""
        return {"document": str(terms.document.ref)}

    def cause(self, terms: T) -> str:
        """Once an invoice."""
        return str(terms.document.ref)

    def cost(self, terms: T) -> Money:
        """No money moves."""
        return Money.zero(terms.document.currency)

    def eligible(self, ticket: Ticket, terms: T) -> Decision:
        """Only an issued invoice of the ticket's own customer; then what the kind itself asks."""
        document = terms.document
        if ticket.customer_id != document.customer_id and about(ticket) != document:
            return refused("not_of_this_customer", _("This invoice is another customer's."))
        if document.kind != Document.Kind.INVOICE or document.status != Document.Status.ISSUED:
            return refused("no_invoice", _("Only an issued invoice can be dealt with this way."))
        return self.possible(ticket, terms)

    def possible(self, ticket: Ticket, terms: T) -> Decision:
        """Say what else the kind asks of the invoice."""
        return ALLOWED


def about(ticket: Ticket) -> Document | None:
    """Return the invoice a ticket is about."""
    document = ticket.document or (ticket.line.document if ticket.line else None)
    return document if document and document.kind == Document.Kind.INVOICE else None


def latest(ticket: Ticket) -> Document | None:
    """Return the last invoice of the ticket's customer."""
    issued = Document.objects.filter(kind=Document.Kind.INVOICE, status=Document.Status.ISSUED, customer=ticket.customer_id)
    return issued.select_related("customer", "legal_entity").order_by("-issued_on", "-pk").first()


def read(facts: Mapping[str, str]) -> Document:
    """Return the document whose ref the facts hold.

    Raises:
        TermsUnreadable: there is none.
    """
    named = Document.objects.filter(ref=facts.get("document", "").replace("\x00", ""), status=Document.Status.ISSUED)
    document = named.select_related("customer", "legal_entity", "receiver").first()
    if document is None:
        raise TermsUnreadable(_("There is no such invoice."))
    return document


def read_day(text: str) -> date:
    """Return the day a form names.

    Raises:
        TermsUnreadable: it is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as fault:
        raise TermsUnreadable(_("Write the day as year, month and day.")) from fault


def open_on(document: Document) -> Money:
    """Return what is open on the invoice now."""
    return Money(Document.objects.values_list("open_minor", flat=True).get(pk=document.pk), document.currency)


def less_open(document: Document, cost: Money) -> list[Effect]:
    """Show what is open on the invoice and what its payer owes, before and after `cost` is given."""
    still_open, currency = open_on(document), document.currency
    balance = Money(balances.owed_by(document.customer, currency).get(currency, 0), currency)
    return [
        Effect(_("Open on {document}").format(document=document), still_open, max(still_open - cost, Money.zero(currency))),
        Effect(_("Balance of {customer}").format(customer=document.customer), balance, balance - cost),
    ]


def given_up(document: Document) -> Decision:
    """Refuse to credit what was written off: nobody paid it, so the credit would be money out of nothing."""
    if recovering.lost_of(document):
        words = _("Something on {document} was written off; take the write-off back first.")
        return refused("written_off", words.format(document=document))
    return ALLOWED
