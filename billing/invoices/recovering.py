"""Recovering: what was written off, and is no loss after all: money came for it, or a credit note says it was never owed.

Amounts are minor units. The caller owns the transaction and the locks.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.days import local_day
from billing.invoices import settling
from billing.invoices.models import Document, Settlement
from billing.ledger import posting
from billing.ledger.models import Posting
from billing.ledger.posting import PostingLine


def lost_of(document: Document) -> int:
    """Return how much of `document` is written off and was neither paid nor owed again since."""
    return sum(settled.amount_minor + gone(settled) for settled in _given_up(document))


def pay(payment: Model, document: Document, amount_minor: int, at: datetime) -> list[Settlement]:
    """Let `payment` pay what was written off of `document`, the latest first; return what was taken back and settled.

    At most `lost_of(document)` is paid so. The caller posts the side against write-offs.
    """
    moved = []
    for again in _reopen(document, amount_minor, at):
        moved += [again, settling.settle(document=document, amount_minor=-again.amount_minor, payment=payment, at=at)]
    return moved


def owe_again(document: Document, amount_minor: int, *, by: Document, at: datetime) -> None:
    """Have what was written off of `document` owed again, the latest first, as the credit note `by` takes it back; and book it.

    At most `lost_of(document)` is owed again so.
    """
    list(_reopen(document, amount_minor, at))
    payer, currency = document.customer, document.currency
    posting.post(
        what="written_off_credited", about_ref=str(document.ref), key=f"write-off-credited:{document.ref}:{by.ref}",
        on=by.issued_on or local_day(at, payer.timezone), at=at,
        postings=[
            PostingLine(posting.RECEIVABLE, amount_minor, currency, payer, document),
            PostingLine(posting.WRITE_OFF, -amount_minor, currency, payer, document),
        ],
    )  # fmt: skip


def gone(settled: Settlement) -> int:
    """Return what was taken back of a settlement, below zero."""
    return sum(settled.reversed_by.values_list("amount_minor", flat=True))


def booked_as(what: str) -> Exists:
    """Say that a settlement is the one that an entry of this kind stands for."""
    same = Posting.objects.filter(
        document=OuterRef("document"), account=Posting.Account.RECEIVABLE, entry__posted_at=OuterRef("settled_at"),
        entry__what=what,
    )  # fmt: skip
    return Exists(same.filter(Q(amount_minor=-1 * OuterRef("amount_minor"))))


def _given_up(document: Document) -> QuerySet[Settlement]:
    return document.settlements.filter(booked_as("written_off"), payment=None, amount_minor__gt=0, credit_note=None)


def _reopen(document: Document, amount_minor: int, at: datetime) -> Iterator[Settlement]:
    left = amount_minor
    for lost in _given_up(document).order_by("-pk") if left else []:
        if part := min(left, lost.amount_minor + gone(lost)):
            yield settling.reopen(settlement=lost, amount_minor=part, at=at)
            left -= part
