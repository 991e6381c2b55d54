"""Discount on the next invoice: a credit that stands aside until something new is billed; open invoices do not take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people.models import User
from billing import money
from billing.invoices import single
from billing.invoices.models import Document
from billing.ledger import balances, posting
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies.kinds import by_credit_note, on_invoice
from support.remedies.kinds.base import Cap, Effect, Given, Input, TakenBack, TermsUnreadable
from support.remedies.kinds.on_invoice import OnInvoice
from support.remedies.models import Grant
from support.tickets.models import Ticket

SUGGESTED: Final = Fraction(1, 10)


@dataclass(frozen=True, kw_only=True)
class Terms(on_invoice.Terms):
    """The invoice that gave cause, and how much less the next one is."""

    amount: Money


class DiscountNextInvoice(OnInvoice[Terms]):
    """Gives the payer a credit that the next invoice uses."""

    code: ClassVar[str] = "discount_next_invoice"
    cap: ClassVar[Cap | None] = Cap(most=2, days=90)
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.GOODWILL, posting.CUSTOMER_CREDIT)
    goodwill: ClassVar[bool] = True

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Discount on the next invoice")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The amount is the giver's to choose, within their authority."""
        return (Input("amount", _("Amount, tax included")),)

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer a tenth of the invoice the ticket is about, or else of the customer's last one, once."""
        document = on_invoice.about(ticket) or on_invoice.latest(ticket)
        if document is None or _given(document):
            return []
        amount = money.rounded(document.total_minor * SUGGESTED, document.currency)
        return [Terms(key=uuid4(), document=document, amount=amount)] if amount.amount_minor > 0 else []

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice and amount the facts hold."""
        document = on_invoice.read(facts)
        try:
            amount = Money.of(facts.get("amount", "").strip(), document.currency)
        except Refusal as refusal:
            raise TermsUnreadable(refusal.reason) from refusal
        if amount.amount_minor <= 0:
            raise TermsUnreadable(_("A discount is above zero."))
        return Terms(key=key, resolve=resolve, document=document, amount=amount)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the invoice and the amount."""
        return super().facts(terms) | {"amount": terms.amount.number}

    def cost(self, terms: Terms) -> Money:
        """What is given."""
        return terms.amount

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Once for an invoice, and no more than it came to."""
        document = terms.document
        if _given(document):
            return refused("discount_given", _("A discount was given for {document} already.").format(document=document))
        if terms.amount.amount_minor > document.total_minor:
            return refused("more_than_billed", _("It is at most what {document} came to.").format(document=document))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show the credit that stands ready for the next invoice."""
        document = terms.document
        seller = document.legal_entity.code
        held = balances.credit_with(document.customer, seller_code=seller, currency=document.currency)
        ready = Money(held, document.currency)
        return [Effect(_("Credit of {customer}").format(customer=document.customer), ready, ready + terms.amount)]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note and let it stand for the next invoice."""
        document = terms.document
        credit_note = single.give_credit(
            actor=actor, customer=document.customer, legal_entity=document.legal_entity, amount=terms.amount,
            reason=_("Discount on the next invoice, {ticket}").format(ticket=ticket.ref), key=_key(document),
            on=local_day(at, document.customer.timezone), at=at, for_the_next=True,
        )  # fmt: skip
        return by_credit_note.given(credit_note)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Bill anew what was given; the credit pays it where it was not used."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Say sorry and for what, and what the next invoice takes off."""
        sorry = _("We are sorry for the trouble with “{subject}”.").format(subject=ticket.subject)
        less = _("Your next invoice will be {amount} less.").format(amount=terms.amount)
        shown = [_("Credit note {number} shows it.").format(number=document)] if document else []
        return "\n".join((sorry, less, *shown))


def _key(document: Document) -> str:
    return f"credit-line:{DiscountNextInvoice.code}:{document.ref}"


def _given(document: Document) -> bool:
    return Entry.objects.filter(key=_key(document)).exists()
