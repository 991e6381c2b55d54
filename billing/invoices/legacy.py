"""Legacy: invoices of the time before Accord, kept with their own numbers so that they can be paid, shown and corrected.

They get the same hash, tax spread and ledger entry as ours. Their lines take no days of a subscription: a legacy invoice that
bills what Accord billed too is exactly what the duplicate-charge detector is for.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from billing.catalog.models import LegalEntity
from billing.invoices import issuing, numbering
from billing.invoices.models import Document
from billing.invoices.newline import NewLine
from billing.ledger import locking


class RefTaken(Refusal):
    """Another document carries this number, or will: it is one of a series of ours."""

    code = "ref_taken"


class TakesDays(Refusal):
    """An imported line must not take days of a subscription."""

    code = "takes_days"


def import_invoice(
    *,
    customer: Customer,
    legal_entity: LegalEntity,
    ref: str,
    issued_on: date,
    due_on: date,
    currency: str,
    lines: Sequence[NewLine],
    at: datetime,
    receiver: Customer | None = None,
    actor: User | None = None,
    po_number: str = "",
) -> Document:
    """Bring in an issued invoice with its own number; tax is spread anew from the lines' rates.

    Raises:
        RefTaken: the number is in use, or one that the seller's own series will draw.
        TakesDays: a line names a subscription of ours and would take its days.
    """
    if any(line.covers for line in lines):
        raise TakesDays(_("An imported line must not take days of a subscription; leave its subscription out."))
    if numbering.is_drawn(ref):
        raise RefTaken(
            _("{ref} is a number of our own series; an imported document keeps one that cannot be drawn again.").format(ref=ref)
        )
    draft = Document(
        kind=issuing.INVOICE, origin=Document.Origin.LEGACY, legal_entity=legal_entity, customer=customer,
        receiver=receiver or customer, currency=currency, issued_on=issued_on, issued_at=at, due_on=due_on, po_number=po_number,
    )  # fmt: skip
    with transaction.atomic():
        locking.lock_payers([customer.pk])
        stored = issuing.write(draft, lines)
        try:
            with transaction.atomic():
                issuing.seal(draft, stored, issuing.Number(series="", sequence=None, ref=ref))
        except IntegrityError as error:
            raise RefTaken(_("A document with the number {ref} exists already.").format(ref=ref)) from error
        issuing.book(draft, stored, key=f"import:{ref}", on=issued_on, at=at)
        issuing.record(draft, actor=actor, at=at)
    return draft
