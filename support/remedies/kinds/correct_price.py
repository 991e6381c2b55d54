"""Correcting a price: a charge billed too high is taken back and billed anew at the right price, for the same days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts import writing
from accounts.days import local_day
from accounts.decisions import Decision, Refusal, refused
from accounts.people.models import User
from billing.anomalies.models import Finding
from billing.invoices import newline, replacing, tax
from billing.invoices.models import Document, Line
from billing.ledger import posting
from billing.money import Money
from support.remedies.kinds import base, by_credit_note, on_invoice
from support.remedies.kinds.base import Effect, Given, Input, Remedy, TakenBack, TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket

PRICED_WRONG: Final = ("wrong_price", "missing_discount")  # detectors whose evidence holds how much is too much
PRICED: Final = (newline.RECURRING, newline.SETUP_FEE, newline.ONE_OFF)


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The charge, and what it should have been, before tax. Not `known`: the giver is still to say it, and `net` is as billed."""

    line: Line
    net: Money
    known: bool = True


class CorrectPrice(Remedy[Terms]):
    """Credits a charge in full and bills it anew at the right price; what was paid pays the new invoice first."""

    code: ClassVar[str] = "correct_price"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.REVENUE, posting.TAX, posting.CUSTOMER_CREDIT)

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Correct the price and bill anew")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The right amount is the giver's to name."""
        return (Input("net", _("Right amount, before tax")),)

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the charge the ticket is about, at what our books say is right: less the error found in it, or as before.

        Where they say nothing, the giver names the amount.
        """
        line = ticket.line
        if line is None or not _as_billed(line):
            return []
        right = _less_the_error(line) or _as_before(line)
        net = Money(right or line.amount_minor, line.currency)
        return [Terms(key=uuid4(), line=line, net=net, known=right is not None)]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the charge and the amount the facts hold."""
        if not facts.get("net", "").strip():
            raise TermsUnreadable(_("Write what the charge should have been, before tax."))
        named = facts.get("line", "")
        known = Line.objects.select_related("document__customer", "document__legal_entity", "customer")
        line = known.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
        if line is None:
            raise TermsUnreadable(_("There is no such charge."))
        try:
            net = Money.of(facts.get("net", "").strip(), line.currency)
        except Refusal as refusal:
            raise TermsUnreadable(refusal.reason) from refusal
        return Terms(key=key, resolve=resolve, line=line, net=net)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the charge and the right amount, if it is known."""
        return {"line": str(terms.line.pk), "net": terms.net.number if terms.known else ""}

    def cause(self, terms: Terms) -> str:
        """A charge is corrected once."""
        return f"line {terms.line.pk}"

    def cost(self, terms: Terms) -> Money:
        """What was billed less what is billed anew, tax included; nothing where the price is not lower."""
        line, gross = terms.line, _gross(terms)
        return max(Money(line.amount_minor + line.tax_minor, line.currency) - gross, Money.zero(line.currency))

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only a charge of the ticket's own customer, as it was billed, at a price that is lower and above zero."""
        line = terms.line
        if ticket.customer_id not in (line.customer_id, line.document.customer_id) and ticket.line_id != line.pk:
            return refused("not_of_this_customer", _("This charge is another customer's."))
        if line.kind not in PRICED and line.corrects_id is None:
            return refused("no_price", _("What was measured is put right by its usage, not by its price."))
        if not _as_billed(line):
            words = _("This charge was corrected before; credit what is left of it instead.")
            return refused("not_replaceable", words)
        if replacing.touched_by_reduction(line):
            return refused("reduced", _("A discount was taken off this charge; credit a part of it instead."))
        if terms.known and not 0 < terms.net.amount_minor < line.amount_minor:
            most = Money(line.amount_minor, line.currency)
            return refused(
                "not_lower", _("The right price is above zero and below the {amount} billed.").format(**writing.told(amount=most))
            )
        return on_invoice.given_up(line.document)

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what the charge costs before and after, tax included, and what its payer owes."""
        return on_invoice.less_open(terms.line.document, self.cost(terms))[1:] if terms.known else []

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Issue the credit note and the new invoice."""
        line = terms.line
        made = replacing.anew(
            actor=actor, document=line.document, lines=[line], nets={line.pk: terms.net.amount_minor},
            reason=_("Price corrected, {ticket}").format(ticket=ticket.ref), at=at, key=f"{self.code}:{line.pk}",
            on=local_day(at, line.document.customer.timezone),
        )  # fmt: skip
        return by_credit_note.given(made.credit_note, made.invoice)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """Take the new invoice back, and owe what the credit note took back."""
        return by_credit_note.taken_back(actor=actor, grant=grant, reason=reason, at=at)

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell what was wrong, what it costs, and which documents say so."""
        line = terms.line
        if not terms.known:
            return ""
        words = {"what": line.description, "invoice": line.document, "right": _gross(terms)}
        first = _("{what} on {invoice} was billed at a wrong price. The right one is {right}, tax included.").format(**words)
        if document is None:
            then = _("We take it back with a credit note and bill it anew, which is {amount} less.").format(
                amount=self.cost(terms)
            )
        else:
            new = replacing.invoice_of(f"{self.code}:{line.pk}")
            then = _("We took it back with {credit_note} and billed it anew on {new}.").format(credit_note=document, new=new)
        return "\n".join((first, then, _("What you paid before pays the new invoice first.")))


def _as_billed(line: Line) -> bool:
    return line.kind in PRICED and line.amount_minor > 1 and replacing.replaceable([line])


def _less_the_error(line: Line) -> int | None:
    """Return what the charge comes to without the error found in it, in minor units before tax."""
    found = Finding.objects.filter(line=line, status=Finding.Status.OPEN, detector__in=PRICED_WRONG).order_by("pk").first()
    return line.amount_minor - int(found.evidence["net_minor"]) if found else None


def _as_before(line: Line) -> int | None:
    """Return what the same charge cost when it was billed for less before, in minor units before tax."""
    before = Line.objects.filter(
        customer=line.customer_id, product=line.product_id, charge_code=line.charge_code, kind=line.kind, pk__lt=line.pk,
        description=line.description, amount_minor__gt=0, amount_minor__lt=line.amount_minor, currency=line.currency,
    )  # fmt: skip
    return before.order_by("-pk").values_list("amount_minor", flat=True).first()


def _gross(terms: Terms) -> Money:
    line = tax.TaxableLine(terms.net.amount_minor, terms.line.tax_rate, None)
    return Money(terms.net.amount_minor + tax.on_lines([line], terms.net.currency)[0], terms.net.currency)
