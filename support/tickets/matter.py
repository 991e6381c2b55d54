"""Matter: what a ticket is about: the document, the line on it, and the billing error found in it."""

import re
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from billing.anomalies import finding as findings
from billing.anomalies.models import Finding
from billing.invoices import selectors as documents
from billing.invoices.models import Document, Line
from support.tickets.models import Ticket

NUMBER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/_.-]{0,38}[A-Za-z0-9])?")
LOOKED_AT: Final = 4_000  # characters: who names an invoice names it near the beginning


class NoSuchDocument(Refusal):
    """The document is not one the person may see, or the line stands on another one."""

    code = "no_such_document"


def document_of(actor: User, document: Document | None, line: Line | None) -> Document | None:
    """Return the document a ticket is about: the one named, or the one its line stands on.

    Raises:
        NoSuchDocument: `actor` may not see it, or line and document do not belong together.
    """
    named = document or (line.document if line else None)
    if named is None:
        return None
    if line is not None and line.document_id != named.pk:
        raise NoSuchDocument(_("That line stands on another document."))
    if not documents.visible_to(actor).filter(pk=named.pk).exists():
        raise NoSuchDocument(_("There is no such document."))
    return named


def named_in(actor: User, customer: Customer, words: str) -> Document | None:
    """Return the invoice of `customer` that `words` name by its number, the latest if they name several, so that a case told by
    mail or on the phone is about the same as one told on the invoice's page. What `actor` may not see is not found.
    """
    numbers = {number for number in NUMBER.findall(words[:LOOKED_AT]) if any(sign.isdigit() for sign in number)}
    if not numbers:
        return None
    named = documents.visible_to(actor).filter(
        kind=Document.Kind.INVOICE, ref__in=numbers | {number.upper() for number in numbers}
    )
    own = named.filter(Q(customer=customer) | Exists(Line.objects.filter(document=OuterRef("pk"), customer=customer)))
    return own.order_by("-issued_on", "-pk").first()


def finding_of(ticket: Ticket, at: datetime) -> Finding | None:
    """Look for billing errors now and return the open one `ticket` is about, if there is one.

    With a line it is the error on that line, with a document the error on that document; a billing question about
    neither is about the customer's only open error, if there is just one.
    """
    if ticket.kind != Ticket.Kind.BILLING and ticket.document is None:
        return None
    found = _open_about_lines(findings.find_for(_concerned(ticket), at=at))
    if ticket.line_id:
        found = [error for error in found if ticket.line_id in (error.line_id, error.twin_id)]
    elif ticket.document_id:
        found = [error for error in found if ticket.document_id in _documents_of(error)]
    return found[0] if len(found) == 1 or found and ticket.document_id else None


def _open_about_lines(found: list[Finding]) -> list[Finding]:
    """Leave out what is settled, findings about payments (finance's to put right), and what our own people judge first."""
    return [error for error in found if error.status == Finding.Status.OPEN and error.twin_id]


def _concerned(ticket: Ticket) -> list[Customer]:
    """Whose lines to look at: the ticket's customer, who consumed the line, and who pays for it."""
    others = [ticket.line.customer if ticket.line else None, ticket.document.customer if ticket.document else None]
    return list({customer.pk: customer for customer in [ticket.customer, *others] if customer}.values())


def _documents_of(error: Finding) -> set[int]:
    return {line.document_id for line in (error.line, error.twin) if line}
