"""Reissuing a document: an invoice with a wrong address or order number is voided and issued anew, to the cent the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import User
from billing.invoices import replacing
from billing.invoices.models import Document, Line
from billing.ledger import balances, posting
from billing.money import Money
from support.remedies.kinds import by_credit_note, on_invoice
from support.remedies.kinds.base import Effect, Given, Input, TakenBack
from support.remedies.kinds.on_invoice import OnInvoice
from support.remedies.models import Grant
from support.tickets.models import Ticket

LONGEST_PO: Final = 40


@dataclass(frozen=True, kw_only=True)
class Terms(on_invoice.Terms):
    """The invoice, and the order number the new one carries."""

    po_number: str


class ReissueDocument(OnInvoice[Terms]):
    """Voids an invoice by a credit note and issues the same one anew, addressed as the receiver stands today."""

    code: ClassVar[str] = "reissue_document"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.REVENUE, posting.TAX, posting.CUSTOMER_CREDIT)

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Void and issue anew")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Issue it anew")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The order number may be put right; the address is the receiver's of today."""
        return (Input("po_number", _("Order number on the new invoice"), kind="text"),)

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the invoice the ticket is about, while nothing of it was corrected."""
        document = on_invoice.about(ticket)
        if document is None or not _as_billed(document):
            return []
        return [Terms(key=uuid4(), document=document, po_number=document.po_number)]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice and the order number the facts hold."""
        po_number = facts.get("po_number", "").replace("\x00", "").strip()[:LONGEST_PO]
        return Terms(key=key, resolve=resolve, document=on_invoice.read(facts), po_number=po_number)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the invoice and the order number."""
        return super().facts(terms) | {"po_number": terms.po_number}

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Nothing of it was corrected, and it bills something."""
        if not _as_billed(terms.document):
            words = _("{document} was corrected before; credit what is left of it instead.")
            return refused("not_replaceable", words.format(document=terms.document))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show that the payer owes the same before and after."""
        customer, currency = terms.document.customer, terms.document.currency
        owes = Money(balances.owed_by(customer, currency).get(currency, 0), currency)
        return [Effect(_("Balance of {customer}").format(customer=customer), owes, owes)]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note and the new invoice."""
        document = terms.document
        made = replacing.anew(
            actor=actor, document=document, lines=_lines(document), reason=_("Issued anew, {ticket}").format(ticket=ticket.ref),
            on=local_day(at, document.customer.timezone), at=at, key=f"{self.code}:{document.ref}",
            po_number=terms.po_number,
        )  # fmt: skip
        return by_credit_note.given(made.credit_note, made.invoice)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Void the new invoice, and owe what the credit note took back."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell which document stands for which."""
        if document is None:
            return _("We take {document} back with a credit note and send you a new invoice over the same amount.").format(
                document=terms.document
            )
        words = {"document": terms.document, "credit_note": document, "new": _new(document)}
        return _("We took {document} back with {credit_note}. {new} stands in its place, over the same amount.").format(**words)


def _lines(document: Document) -> list[Line]:
    return list(document.lines.select_related("document", "customer").order_by("position"))


def _as_billed(document: Document) -> bool:
    return document.total_minor > 0 and replacing.replaceable(_lines(document))


def _new(credit_note: Document) -> Document:
    """Return the invoice that was issued with a credit note of ours."""
    key = credit_note.corrects.ref if credit_note.corrects else ""
    return replacing.invoice_of(f"{ReissueDocument.code}:{key}")
