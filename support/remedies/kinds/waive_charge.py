"""Waiving: takes back what is left of a charge that was right by the books but should not be paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Decision, refused
from accounts.people.models import User
from billing.anomalies.models import Finding
from billing.invoices import credit_notes, crediting, newline
from billing.invoices.models import Document, Line
from billing.ledger import balances, posting
from billing.money import Money
from support.remedies.kinds import base, by_credit_note, on_invoice
from support.remedies.kinds.base import Effect, Given, Remedy, TakenBack, TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The charge to waive."""

    line: Line


class WaiveCharge(Remedy[Terms]):
    """Credits all that is left of a line, with its tax."""

    code: ClassVar[str] = "waive_charge"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.REVENUE, posting.TAX, posting.CUSTOMER_CREDIT)

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Waive the charge")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the line the ticket is about, unless it was found to be billed twice, which is put right otherwise."""
        line = ticket.line
        if (
            line is None
            or line.corrects_id
            or Finding.objects.filter(line=line, twin__isnull=False, status=Finding.Status.OPEN).exists()
        ):
            return []
        return [Terms(key=uuid4(), line=line)] if crediting.left_of(line).net_minor > 0 else []

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the line whose key the facts hold."""
        named = facts.get("line", "")
        known = Line.objects.select_related("document__customer", "customer")
        line = known.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
        if line is None:
            raise TermsUnreadable(_("There is no such charge."))
        return Terms(key=key, resolve=resolve, line=line)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the line."""
        return {"line": str(terms.line.pk)}

    def cause(self, terms: Terms) -> str:
        """A line is waived once."""
        return f"line {terms.line.pk}"

    def cost(self, terms: Terms) -> Money:
        """What is left of the line, tax included."""
        return Money(crediting.left_of(terms.line).gross_minor, terms.line.currency)

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only a charge of the ticket's own customer on an issued invoice, of which something is left."""
        line = terms.line
        if ticket.customer_id not in (line.customer_id, line.document.customer_id) and ticket.line_id != line.pk:
            return refused("not_of_this_customer", _("This charge is another customer's."))
        if line.corrects_id or line.document.kind != Document.Kind.INVOICE or line.document.status != Document.Status.ISSUED:
            return refused("no_charge", _("Only a charge on an issued invoice can be waived."))
        if line.kind == newline.WALLET_TOPUP:
            return refused("no_charge", _("Prepaid credit is refunded, not waived."))
        if not self.cost(terms).amount_minor > 0:
            return refused("nothing_left_to_credit", _("This line was credited in full already."))
        return on_invoice.given_up(line.document)

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what is open on the invoice and what its payer owes, before and after."""
        document, cost = terms.line.document, self.cost(terms)
        still_open = Document.objects.values_list("open_minor", flat=True).get(pk=document.pk)
        left = Money(max(still_open - cost.amount_minor, 0), cost.currency)
        balance = Money(balances.owed_by(document.customer, cost.currency).get(cost.currency, 0), cost.currency)
        return [
            Effect(_("Open on {document}").format(document=document), Money(still_open, cost.currency), left),
            Effect(_("Balance of {customer}").format(customer=document.customer), balance, balance - cost),
        ]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note."""
        credit_note = credit_notes.credit_line(
            actor=actor,
            line=terms.line,
            reason=_("Waived, {ticket}").format(ticket=ticket.ref),
            on=local_day(at, terms.line.document.customer.timezone),
            at=at,
            key=f"{self.code}:{terms.line.pk}",
        )
        return by_credit_note.given(credit_note)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Bill anew what was credited."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell what was waived and by which credit note."""
        amount = Money(-document.total_minor, document.currency) if document else self.cost(terms)
        number = _("credit note {number}").format(number=document) if document else _("a credit note")
        return "\n".join(
            (
                _("You do not have to pay {what} on {invoice}.").format(what=terms.line.description, invoice=terms.line.document),
                _("We have credited {amount} with {credit_note}.").format(amount=amount, credit_note=number),
            )
        )
