"""Credit for a double charge: takes back what a line billed again, for the days that were billed before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Decision, refused
from accounts.people.models import User
from billing import periods
from billing.anomalies import finding as findings
from billing.anomalies.models import Finding
from billing.invoices import credit_notes, crediting
from billing.invoices.models import Document, Line
from billing.ledger import balances, posting
from billing.money import Money
from support.remedies.kinds import base, by_credit_note, on_invoice
from support.remedies.kinds.base import Effect, Given, Remedy, TakenBack, TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket

DETECTOR: Final = "duplicate_charge"
WITH_LINES: Final = ("line__document__customer", "twin__document", "customer")


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The double charge to credit."""

    finding: Finding


class CreditDuplicateCharge(Remedy[Terms]):
    """Credits the days of the line that should not be, with their tax."""

    code: ClassVar[str] = "credit_duplicate_charge"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.REVENUE, posting.TAX, posting.CUSTOMER_CREDIT)

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Credit the double charge")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the double charge the ticket is about first, then the customer's other open ones of which something is left."""
        found = Finding.objects.filter(detector=DETECTOR, customer_id=ticket.customer_id, status=Finding.Status.OPEN)
        about = Finding.objects.filter(pk=ticket.finding_id or 0, detector=DETECTOR)
        errors = (about | found).select_related(*WITH_LINES).order_by("found_at", "pk")
        ranked = sorted(errors, key=lambda error: error.pk != ticket.finding_id)
        offered = [Terms(key=uuid4(), finding=error) for error in ranked]
        return [terms for terms in offered if terms.finding.pk == ticket.finding_id or self.cost(terms).amount_minor > 0]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the finding whose ref the facts hold."""
        named = Finding.objects.filter(ref=facts.get("finding", "").replace("\x00", ""), detector=DETECTOR)
        error = named.select_related(*WITH_LINES).first()
        if error is None:
            raise TermsUnreadable(_("There is no such double charge."))
        return Terms(key=key, resolve=resolve, finding=error)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the finding."""
        return {"finding": terms.finding.ref}

    def cause(self, terms: Terms) -> str:
        """The finding is put right once."""
        return terms.finding.ref

    def cost(self, terms: Terms) -> Money:
        """What is left of the days charged twice, tax included."""
        line = terms.finding.charge
        return Money(crediting.gross_of(line, _net(terms.finding)), terms.finding.currency)

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only an open double charge of the ticket's own customer, of which something is left to credit."""
        error = terms.finding
        if ticket.finding_id != error.pk and ticket.customer_id not in (error.customer_id, error.charge.customer_id):
            return refused("not_of_this_customer", _("This double charge is another customer's."))
        if error.status != Finding.Status.OPEN:
            return refused("finding_is_settled", _("{finding} was settled before.").format(finding=error.ref))
        if not self.cost(terms).amount_minor > 0:
            return refused("nothing_left_to_credit", _("This line was credited in full already."))
        return on_invoice.given_up(error.charge.document)

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what is open on the invoice and what its payer owes, before and after."""
        document, cost = terms.finding.charge.document, self.cost(terms)
        still_open, balance = _open_on(document), _balance(document)
        return [
            Effect(_("Open on {document}").format(document=document), still_open, _without(still_open, cost)),
            Effect(_("Balance of {customer}").format(customer=document.customer), balance, balance - cost),
        ]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note and settle the finding."""
        line = terms.finding.charge
        credit_note = credit_notes.credit_line(
            actor=actor,
            line=line,
            amount_minor=_net(terms.finding),
            reason=_("Billed twice, see {twin}").format(twin=_billed_first(terms.finding)),
            on=local_day(at, line.document.customer.timezone),
            at=at,
            key=f"{self.code}:{terms.finding.ref}",
        )
        findings.settle(terms.finding, at)
        return by_credit_note.given(credit_note)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Bill anew what was credited."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell what was billed twice, what was credited, and what the customer owes then."""
        line, cost = terms.finding.charge, self.cost(terms) if document is None else -_total(document)
        given = Money.zero(cost.currency) if document else cost
        with_what = _("credit note {number}").format(number=document) if document else _("a credit note")
        sentences = (
            _("You were billed twice for {what}: on {first} and again on {again}.").format(
                what=_what(line), first=_billed_first(terms.finding), again=line.document
            ),
            _("We have credited {amount} with {credit_note}.").format(amount=cost, credit_note=with_what),
            _left_to_pay(line.document, _without(_open_on(line.document), given)),
            _in_all(line.document, _balance(line.document) - given),
        )
        return "\n".join(sentences)


def _net(error: Finding) -> int:
    """What to credit, net: the share of the days charged twice, as far as it is left of the line."""
    left = crediting.left_of(error.charge).net_minor
    return min(left, int(error.evidence.get("net_minor", left)))


def _billed_first(error: Finding) -> str:
    return str(error.twin.document) if error.twin else _("an earlier invoice")


def _what(line: Line) -> str:
    if line.since is None or line.until is None:
        return line.description
    return _("{what}, {since} to {last}").format(
        what=line.description, since=_day(line.since), last=_day(periods.last_day(line.until))
    )


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _left_to_pay(document: Document, still_open: Money) -> str:
    if still_open:
        return _("On {document} {amount} is left to pay.").format(document=document, amount=still_open)
    return _("Nothing is left to pay on {document}.").format(document=document)


def _in_all(document: Document, balance: Money) -> str:
    words = {"customer": document.customer, "amount": balance if balance.amount_minor > 0 else -balance}
    if balance.amount_minor < 0:
        return _("{customer} now has a credit of {amount}, which we use for the next invoice.").format(**words)
    return _("{customer} now owes {amount} in all.").format(**words)


def _total(document: Document) -> Money:
    return Money(document.total_minor, document.currency)


def _open_on(document: Document) -> Money:
    return Money(Document.objects.values_list("open_minor", flat=True).get(pk=document.pk), document.currency)


def _balance(document: Document) -> Money:
    owed = balances.owed_by(document.customer, document.currency)
    return Money(owed.get(document.currency, 0), document.currency)


def _without(still_open: Money, given: Money) -> Money:
    return max(still_open - given, Money.zero(given.currency))
