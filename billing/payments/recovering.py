"""Recovering: money that comes for what was written off pays it after all, and is no longer a loss.

Amounts are minor units. The caller owns the transaction and the locks, and posts the side against write-offs.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.invoices import settling
from billing.invoices.models import Document, Settlement
from billing.ledger.models import Posting
from billing.payments.models import Payment


def lost_of(document: Document) -> int:
    """Return how much of `document` is written off and was neither paid nor owed again since."""
    return sum(settled.amount_minor + gone(settled) for settled in _given_up(document))


def pay(payment: Payment, document: Document, amount_minor: int, at: datetime) -> list[Settlement]:
    """Let `payment` pay what was written off of `document`, the latest first; return what was taken back and settled.

    At most `lost_of(document)` is paid so.
    """
    moved, left = [], amount_minor
    for lost in _given_up(document).order_by("-pk") if left else []:
        if part := min(left, lost.amount_minor + gone(lost)):
            moved.append(settling.reopen(settlement=lost, amount_minor=part, at=at))
            moved.append(settling.settle(document=document, amount_minor=part, payment=payment, at=at))
            left -= part
    return moved


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
