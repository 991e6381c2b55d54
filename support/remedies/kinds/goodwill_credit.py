"""Goodwill: a credit for trouble we caused that no invoice shows; the giver chooses the amount, once a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people.models import User
from billing.catalog.models import LegalEntity
from billing.contracts import sellers
from billing.invoices import single
from billing.invoices.models import Document
from billing.ledger import balances, posting
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies.kinds import base, by_credit_note
from support.remedies.kinds.base import Cap, Effect, Given, Input, Remedy, TakenBack, TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket

SUGGESTED_MAJOR = "10"


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """How much, on which ticket."""

    ticket: Ticket
    amount: Money


class GoodwillCredit(Remedy[Terms]):
    """Gives the payer of the ticket's customer a credit, which open invoices take first."""

    code: ClassVar[str] = "goodwill_credit"
    cap: ClassVar[Cap | None] = Cap(most=2, days=90)
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.GOODWILL, posting.CUSTOMER_CREDIT)
    goodwill: ClassVar[bool] = True

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Goodwill credit")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The amount is the giver's to choose, within their authority."""
        return (Input("amount", _("Amount, tax included")),)

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer a small amount to start from, where we do business with the customer and have given none on the ticket."""
        if _seller(ticket) is None or _given(ticket):
            return []
        return [Terms(key=uuid4(), ticket=ticket, amount=Money.of(SUGGESTED_MAJOR, ticket.customer.currency))]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the ticket and amount the facts hold, in the currency of the ticket's customer."""
        named = Ticket.objects.filter(ref=facts.get("ticket", "").replace("\x00", ""))
        ticket = named.select_related("customer", "document__legal_entity").first()
        if ticket is None:
            raise TermsUnreadable(_("There is no such ticket."))
        try:
            amount = Money.of(facts.get("amount", "").strip(), ticket.customer.currency)
        except Refusal as refusal:
            raise TermsUnreadable(refusal.reason) from refusal
        if amount.amount_minor <= 0:
            raise TermsUnreadable(_("A credit is above zero."))
        return Terms(key=key, resolve=resolve, ticket=ticket, amount=amount)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the ticket and the amount."""
        return {"ticket": terms.ticket.ref, "amount": terms.amount.number}

    def cause(self, terms: Terms) -> str:
        """Once a ticket."""
        return terms.ticket.ref

    def cost(self, terms: Terms) -> Money:
        """What is given."""
        return terms.amount

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only on the ticket it is meant for, for a customer we do business with, and once."""
        if ticket.pk != terms.ticket.pk:
            return refused("not_of_this_customer", _("This goodwill is meant for another ticket."))
        if _given(ticket):
            return refused("goodwill_given", _("Goodwill was given on this ticket already."))
        if _seller(ticket) is None:
            return refused("no_business", _("This customer has neither a contract nor an invoice with us."))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what the payer owes before and after."""
        balance = _balance(ticket, terms.amount.currency)
        payer = _payer(ticket)
        return [Effect(_("Balance of {customer}").format(customer=payer), balance, balance - terms.amount)]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note of the goodwill."""
        seller = _seller(ticket)
        if seller is None:
            raise TermsUnreadable(_("This customer has neither a contract nor an invoice with us."))
        credit_note = single.give_credit(
            actor=actor, customer=ticket.customer, legal_entity=seller, amount=terms.amount,
            reason=_("Goodwill for {ticket}").format(ticket=ticket.ref), key=_key(ticket),
            on=local_day(at, ticket.customer.timezone), at=at,
        )  # fmt: skip
        return by_credit_note.given(credit_note)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Bill anew what was credited."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Say sorry and for what, what was given, and where it is seen."""
        number = _("credit note {number}").format(number=document) if document else _("a credit note")
        return "\n".join(
            (
                _("We are sorry for the trouble with “{subject}”.").format(subject=ticket.subject),
                _("We have credited {amount} with {credit_note}.").format(amount=terms.amount, credit_note=number),
                _("Open invoices take it first; what is left is taken off your next one."),
            )
        )


def _key(ticket: Ticket) -> str:
    return f"credit-line:{GoodwillCredit.code}:{ticket.ref}"


def _given(ticket: Ticket) -> bool:
    return Entry.objects.filter(key=_key(ticket)).exists()


def _payer(ticket: Ticket) -> Customer:
    """Return who pays for the ticket's customer on the day it was last worked on."""
    return responsibilities.payer_of(ticket.customer, local_day(ticket.touched_at, ticket.customer.timezone))


def _balance(ticket: Ticket, currency: str) -> Money:
    return Money(balances.owed_by(_payer(ticket), currency).get(currency, 0), currency)


def _seller(ticket: Ticket) -> LegalEntity | None:
    """Return who gives: the seller of the invoice the ticket is about, else of the nearest contract at or above its customer."""
    return ticket.document.legal_entity if ticket.document else sellers.nearest_to(ticket.customer)
