"""Refund of an overpayment: money of a payment that paid twice, or too much, goes back to where it came from.

It is the customer's own money, found by the detectors of payments, and stands as credit on the account of who paid until it is
sent back. The gateway is asked once the remedy stands in the books; what it declines is credit again, and finance is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import User
from billing.anomalies import kept_money, sending_back
from billing.anomalies.kept_money import Kept, NothingKept
from billing.anomalies.models import Finding
from billing.invoices.models import Document
from billing.ledger import balances, locking, posting
from billing.ledger.models import Entry
from billing.money import Money
from billing.payments import gateways, refunds
from billing.payments.models import Payment, Refund
from support.remedies.kinds import base, on_invoice
from support.remedies.kinds.base import Effect, Given, Remedy, TermsUnreadable
from support.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The payment that left money, as it was found."""

    finding: Finding


class RefundOverpayment(Remedy[Terms]):
    """Sends back what is left of a payment."""

    code: ClassVar[str] = "refund_overpayment"
    accounts: ClassVar[tuple[str, ...]] = (posting.CUSTOMER_CREDIT, posting.CLEARING)
    entry_on: ClassVar[str] = posting.CUSTOMER_CREDIT

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Refund what was paid too much")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Send it back")

    @property
    def stays(self) -> str:
        """Money that was sent back is not fetched again."""
        return _("What was sent back cannot be fetched again.")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer what the customer's payments, or the payments of the ticket's invoice, left over; oldest first."""
        found = _concerning(ticket).filter(status=Finding.Status.OPEN).order_by("found_at", "pk")
        return [terms for error in found if self.cost(terms := Terms(key=uuid4(), finding=error)).amount_minor]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the finding whose ref the facts hold."""
        error = _found().filter(ref=facts.get("finding", "").replace("\x00", "")).first()
        if error is None:
            raise TermsUnreadable(_("There is no such overpayment."))
        return Terms(key=key, resolve=resolve, finding=error)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the finding."""
        return {"finding": terms.finding.ref}

    def cause(self, terms: Terms) -> str:
        """The refund it would be: once one is sent, a next one is another."""
        payment = _payment(terms)
        return f"{payment.ref}-R{payment.refunds.count() + 1}"

    def cost(self, terms: Terms) -> Money:
        """What is left of the payment now."""
        kept = _kept(terms)
        return kept.amount if kept else Money.zero(terms.finding.currency)

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only money of the ticket's own customer that is still there, and that a gateway can send back."""
        if not _concerning(ticket).filter(pk=terms.finding.pk).exists():
            return refused("not_of_this_customer", _("This payment is another customer's."))
        if terms.finding.status != Finding.Status.OPEN or _kept(terms) is None:
            return refused("nothing_kept", _("Nothing of {payment} is left over.").format(payment=_payment(terms)))
        if _payment(terms).gateway not in gateways.GATEWAYS:
            words = _("It came in a way in which nothing can be sent back by a click; finance sends it from the findings.")
            return refused("no_way_back", words)
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what the payer owes, or holds as credit, before and after."""
        payer, cost = _payment(terms).payer, self.cost(terms)
        balance = Money(balances.owed_by(payer, cost.currency).get(cost.currency, 0), cost.currency)
        return [Effect(_("Balance of {customer}").format(customer=payer), balance, balance + cost)]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Write the refund down; the gateway is asked when all of it is committed."""
        payment = _payment(terms)
        locking.lock_payers([payment.payer_id])
        kept = kept_money.of(payment)
        started = sending_back.start(actor=actor, kept=kept, at=at)
        transaction.on_commit(partial(refunds.carry_out, started.pk, at), robust=True)
        return Given(kept.amount, _paid_for(kept), Entry.objects.get(about_ref=started.ref, what="refund"))

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell what was paid too much, where it goes, and that it can take days."""
        payment, kept = _payment(terms), _kept(terms)
        document = document or (_paid_for(kept) if kept else None)
        what = {"amount": _amount(terms), "payment": payment, "method": payment.method_label, "document": document}
        return "\n".join(
            (
                _("With {payment}, {amount} more was paid than was due.").format(**what),
                _("{document} is paid.").format(**what) if document else _("Your invoices stay paid."),
                _("We send {amount} back to where it came from: {method}.").format(**what),
                _("Your bank may take a few working days to show it."),
            )
        )


def _found() -> QuerySet[Finding]:
    known = Finding.objects.filter(detector__in=sending_back.DETECTORS, payment__isnull=False)
    return known.select_related("customer", "payment__payer")


def _concerning(ticket: Ticket) -> QuerySet[Finding]:
    """What was found about payments by the ticket's customer, or of the invoice it is about."""
    about = on_invoice.about(ticket)
    theirs = Q(customer=ticket.customer_id) | Q(pk=ticket.finding_id or 0)
    if about:
        theirs |= Q(payment__in=Payment.objects.filter(shares__document=about))
    return _found().filter(theirs)


def _payment(terms: Terms) -> Payment:
    return cast(Payment, terms.finding.payment)


def _kept(terms: Terms) -> Kept | None:
    try:
        return kept_money.of(_payment(terms))
    except NothingKept:
        return None


def _paid_for(kept: Kept) -> Document | None:
    """Return the invoice that was paid twice, or that the payment was for."""
    if kept.paid_twice:
        return kept.paid_twice[0]
    share = kept.payment.shares.select_related("document").order_by("pk").first()
    return share.document if share else None


def _amount(terms: Terms) -> Money:
    """Return what is left of the payment, or what was sent back of it last."""
    kept = _kept(terms)
    if kept is None and (last := Refund.objects.filter(payment=_payment(terms)).order_by("-pk").first()):
        return Money(last.amount_minor, terms.finding.currency)
    return kept.amount if kept else Money.zero(terms.finding.currency)
