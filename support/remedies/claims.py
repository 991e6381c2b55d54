"""Claims: how a customer's claim to be billed twice stands by our own books: valid, partly valid or not valid, with evidence.

A ticket about a line claims that line; one about an invoice claims whatever of it was charged twice, or else its first charge.
Both invoices and their days are shown whether the claim holds or not, in a sentence fit to send.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from billing.anomalies import claims
from billing.anomalies.claims import Assessment
from billing.anomalies.double_payment import DoublePayment
from billing.anomalies.models import Finding
from billing.invoices.models import Document, Line
from support.remedies.models import Decline
from support.tickets.models import Ticket

MOST_LINES: Final = 8
BEST_FIRST: Final = (claims.VALID, claims.PARTLY_VALID, claims.NOT_VALID)


@dataclass(frozen=True)
class Claim:
    """A claimed line, and what became of the claim."""

    line: Line
    assessment: Assessment

    @property
    def label(self) -> str:
        """How it stands, in a word."""
        labels = {
            Decline.Claim.VALID.value: _("Valid: billed twice"),
            Decline.Claim.PARTLY_VALID.value: _("Partly valid: some days were billed twice"),
            Decline.Claim.NOT_VALID.value: _("Not valid: not billed twice"),
        }
        return labels[self.assessment.verdict]


def of_ticket(ticket: Ticket) -> Claim | None:
    """Return the claim of a billing ticket, assessed now; None: the ticket is about something else, or names no invoice."""
    if ticket.kind != Ticket.Kind.BILLING:
        return None
    assessed = [Claim(line, claims.assess(line)) for line in _claimed(ticket)]
    best = min(assessed, key=lambda claim: BEST_FIRST.index(claim.assessment.verdict), default=None)
    if best and best.assessment.verdict == claims.NOT_VALID and ticket.line is None and _was_paid_twice(ticket):
        return None
    return best


def _was_paid_twice(ticket: Ticket) -> bool:
    """Whether two payments were meant for the invoice: then the ticket is about them, not about a charge."""
    found = Finding.objects.filter(detector=DoublePayment.code, payment__shares__document=ticket.document_id)
    return found.exists()


def _claimed(ticket: Ticket) -> Sequence[Line]:
    if ticket.line:
        return [ticket.line] if ticket.line.document.kind == Document.Kind.INVOICE else []
    if ticket.document is None or ticket.document.kind != Document.Kind.INVOICE:
        return []
    charged = ticket.document.lines.filter(corrects=None, amount_minor__gt=0, since__isnull=False)
    return list(charged.select_related("document", "customer", "product", "subscription").order_by("position")[:MOST_LINES])
