"""Sending a document again: those who pay get the mail of their invoice once more, with the way to the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document
from billing.money import Money
from support.remedies.kinds import on_invoice
from support.remedies.kinds.base import Effect, Given, TermsUnreadable
from support.remedies.kinds.on_invoice import OnInvoice
from support.remedies.models import Grant
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms(on_invoice.Terms):
    """The invoice, and the ticket on which it was asked for: an invoice is sent again once a ticket."""

    ticket: Ticket


class ResendDocument(OnInvoice[Terms]):
    """Sends an invoice again to those who pay it."""

    code: ClassVar[str] = "resend_document"

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Send the invoice again")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Send it again")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the invoice the ticket is about, once."""
        document = on_invoice.about(ticket)
        return [Terms(key=uuid4(), document=document, ticket=ticket)] if document and not _sent(ticket) else []

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice and the ticket the facts name."""
        document = on_invoice.read(facts)
        ticket = Ticket.objects.filter(ref=facts.get("ticket", "").replace("\x00", "")).first()
        if ticket is None:
            raise TermsUnreadable(_("There is no such ticket."))
        return Terms(key=key, resolve=resolve, document=document, ticket=ticket)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the invoice and the ticket."""
        return super().facts(terms) | {"ticket": terms.ticket.ref}

    def cause(self, terms: Terms) -> str:
        """Once a ticket and invoice."""
        return f"{terms.ticket.ref} {terms.document.ref}"

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """It was not sent again on this ticket before."""
        if ticket.pk != terms.ticket.pk:
            return refused("not_of_this_customer", _("This was meant for another ticket."))
        if _sent(ticket):
            return refused("sent_before", _("{document} was sent again already.").format(document=terms.document))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show how often it was sent on this ticket."""
        times = int(_sent(ticket))
        return [Effect(_("{document} sent again").format(document=terms.document), str(times), str(min(times + 1, 1)))]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Have it sent: the mail follows from the activity."""
        document = terms.document
        facts = {"amount": str(Money(document.total_minor, document.currency)), "due_on": str(document.due_on)}
        recording.record(document.customer, "billing.document_resent", actor=actor, at=at, about=document, facts=facts)
        return Given(self.cost(terms), document)

    @property
    def stays(self) -> str:
        """A mail that was sent stays sent."""
        return _("A mail that was sent cannot be called back.")

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell where it went."""
        return _("We have sent {document} again to those who pay for {customer}; you also find it in your account.").format(
            document=terms.document, customer=terms.document.customer
        )


def _sent(ticket: Ticket) -> bool:
    return ticket.grants.filter(remedy=ResendDocument.code, status=Grant.Status.GRANTED).exists()
