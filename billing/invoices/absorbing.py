"""Absorbing: what a credit note reduces, and what of it becomes account credit.

It moves its receivable onto the invoices that absorb it; what none can absorb moves to customer credit, kept per seller. Amounts
are minor units; everything happens under the payer's lock.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.days import local_day
from billing.invoices import recovering, settling
from billing.invoices.models import Document, Settlement
from billing.ledger import locking, posting
from billing.ledger.models import Entry
from billing.ledger.posting import PostingLine


def absorb(credit_note: Document, at: datetime, *, then: Document | None = None) -> list[Settlement]:
    """Use up a credit note: the invoices it corrects first, then the payer's oldest open ones; the rest is customer credit.

    `then` goes before the oldest ones: the invoice that takes the place of what was taken back. What was written off of the
    invoices it corrects comes next: nobody paid it, so no credit is made of it. Only invoices of the same seller and currency
    absorb it. Doing it again does nothing.
    """
    with transaction.atomic():
        locking.lock_payers([credit_note.customer_id])
        left = -credit_note.total_minor
        if not left or Entry.objects.filter(key=_absorbed(credit_note)).exists():
            return []
        _take_losses_back(credit_note, left - (then.open_minor if then else 0), at)
        settlements = []
        for invoice in _absorbing(credit_note, then):
            part = min(left, invoice.open_minor)
            if part:
                settlements.append(settling.settle(document=invoice, amount_minor=part, at=at, credit_note=credit_note))
                left -= part
        _book_absorbed(credit_note, settlements, left, at)
        return settlements


def keep_as_credit(credit_note: Document, at: datetime) -> None:
    """Let a credit note stand as the payer's credit for what is billed next, whatever is open. Doing it again does nothing."""
    with transaction.atomic():
        locking.lock_payers([credit_note.customer_id])
        if credit_note.total_minor and not Entry.objects.filter(key=_absorbed(credit_note)).exists():
            _book_absorbed(credit_note, [], -credit_note.total_minor, at)


def _take_losses_back(credit_note: Document, most_minor: int, at: datetime) -> None:
    """Have what was written off of the corrected invoices owed again, as far as what is open on them leaves of `most_minor`."""
    theirs = Document.objects.filter(
        pk__in=_corrected(credit_note), customer=credit_note.customer_id, legal_entity=credit_note.legal_entity_id,
        currency=credit_note.currency,
    )  # fmt: skip
    held = list(theirs.select_for_update(of=("self",)).order_by("issued_on", "pk"))
    left = most_minor - sum(invoice.open_minor for invoice in held)
    for invoice in held:
        if (part := min(left, recovering.lost_of(invoice))) > 0:
            recovering.owe_again(invoice, part, by=credit_note, at=at)
            left -= part


def _corrected(credit_note: Document) -> set[int]:
    return set(credit_note.lines.exclude(corrects=None).values_list("corrects__document_id", flat=True))


def _absorbing(credit_note: Document, then: Document | None) -> Iterator[Document]:
    """The invoices that may absorb it, corrected ones first, then `then`, then the others, each list oldest first."""
    open_invoices: QuerySet[Document] = (
        Document.objects.open()
        .filter(customer=credit_note.customer_id, legal_entity=credit_note.legal_entity_id, currency=credit_note.currency)
        .order_by("issued_on", "pk")
    )
    named = _corrected(credit_note)
    held = list(open_invoices.select_for_update(of=("self",)))
    placed = [0 if invoice.pk in named else 1 if then and invoice.pk == then.pk else 2 for invoice in held]
    yield from (invoice for _place, invoice in sorted(zip(placed, held, strict=True), key=lambda pair: pair[0]))


def _book_absorbed(credit_note: Document, settlements: list[Settlement], rest: int, at: datetime) -> None:
    payer, currency = credit_note.customer, credit_note.currency
    absorbed = sum(settlement.amount_minor for settlement in settlements)
    sides = [PostingLine(posting.RECEIVABLE, absorbed + rest, currency, payer, credit_note)]
    for settlement in settlements:
        sides.append(PostingLine(posting.RECEIVABLE, -settlement.amount_minor, currency, payer, settlement.document))
    seller = credit_note.legal_entity.code
    sides.append(PostingLine(posting.CUSTOMER_CREDIT, -rest, currency, payer, credit_note, detail=seller))
    posting.post(
        what="credit_note_used",
        about_ref=str(credit_note.ref),
        key=_absorbed(credit_note),
        postings=sides,
        on=credit_note.issued_on or local_day(at, payer.timezone),
        at=at,
    )


def _absorbed(credit_note: Document) -> str:
    return f"absorb:{credit_note.ref}"
