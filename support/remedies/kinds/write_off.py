"""Writing off: giving up what is open on an invoice. It is settled against write-offs and can be owed again."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import User
from billing.invoices import settling
from billing.invoices.models import Document, Settlement
from billing.ledger import posting
from billing.ledger.models import Entry
from billing.money import Money
from billing.payments.models import Payment, PaymentShare
from support.remedies.kinds import on_invoice
from support.remedies.kinds.base import Effect, Given, NotReversible, TakenBack
from support.remedies.kinds.on_invoice import OnInvoice, Terms
from support.remedies.models import Grant
from support.tickets.models import Ticket


class WriteOff(OnInvoice[Terms]):
    """Gives up all that is open on an invoice."""

    code: ClassVar[str] = "write_off"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.WRITE_OFF)
    entry_on: ClassVar[str] = posting.WRITE_OFF

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Write off what is open")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Write it off")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the open invoice the ticket is about."""
        document = on_invoice.about(ticket)
        return [Terms(key=uuid4(), document=document)] if document and document.open_minor else []

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice the facts name."""
        return Terms(key=key, resolve=resolve, document=on_invoice.read(facts))

    def cost(self, terms: Terms) -> Money:
        """All that is open."""
        return on_invoice.open_on(terms.document)

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Something is open."""
        if not on_invoice.open_on(terms.document):
            return refused("nothing_open", _("Nothing is left to pay on {document}.").format(document=terms.document))
        if PaymentShare.objects.filter(document=terms.document, payment__in=Payment.objects.unresolved()).exists():
            return refused("being_paid", _("A payment for it is still being checked."))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what is open on the invoice and what its payer owes, before and after."""
        return on_invoice.less_open(terms.document, self.cost(terms))

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Settle what is open against write-offs."""
        settlement = settling.write_off(
            document=terms.document, reason=_("Written off, {ticket}").format(ticket=ticket.ref),
            on=local_day(at, terms.document.customer.timezone), at=at, actor=actor,
        )  # fmt: skip
        amount = Money(settlement.amount_minor, terms.document.currency)
        return Given(amount, terms.document, _entry(terms.document))

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Let it be owed again, with the entry against the one that wrote it off."""
        document, entry = grant.document, grant.feed_row.entry
        if document is None or entry is None:
            raise NotReversible(_("Nothing was written off."))
        settled = _settlement(document, grant)
        if settled.reversed_by.exists():
            raise NotReversible(_("Part of it was paid or is owed again since; nothing of it is taken back."))
        counter = posting.reverse(entry=entry, key=f"reverse:{grant.ref}", on=local_day(at, document.customer.timezone), at=at)
        settling.reopen(settlement=settled, amount_minor=grant.amount_minor, at=at)
        return TakenBack(counter)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell that nothing is left to pay."""
        amount = self.cost(terms)
        if document is None:
            return _("You do not have to pay the {amount} that are open on {document}.").format(
                amount=amount, document=terms.document
            )
        return _("You do not have to pay what was open on {document}. Nothing is left to pay on it.").format(document=document)


def _entry(document: Document) -> Entry:
    return Entry.objects.filter(about_ref=document.ref, what="written_off").order_by("-pk")[0]


def _settlement(document: Document, grant: Grant) -> Settlement:
    settled = document.settlements.filter(
        payment=None, credit_note=None, reverses=None, settled_at=grant.granted_at or grant.asked_at
    )
    return settled.filter(amount_minor=grant.amount_minor).order_by("-pk")[0]
