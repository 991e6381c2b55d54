"""Tie-out: what a day's remedies come to by the finance feed, by the documents and by the ledger: three sums that must be one.

What was taken back on a day counts against it. A write-off has no document; its settlement stands in for one, and for what was
sent back its refund. What moved no money counts nowhere. Days are those of the books.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from billing.invoices.models import Document, Settlement
from billing.ledger.models import Entry, Posting
from billing.money import Money
from billing.payments.models import Refund
from support.remedies.models import FeedRow, Grant

GIVEN: Final = (Grant.Status.GRANTED, Grant.Status.REVERSED)
ISSUED: Final = ("credit_note_issued", "invoice_issued")
WRITTEN_OFF: Final = ("written_off", "written_off_reversed")


@dataclass(frozen=True)
class TieOut:
    """What one day's remedies come to in one currency, by the feed, by the documents and by the ledger."""

    day: date
    feed: Money
    documents: Money
    ledger: Money

    @property
    def ties(self) -> bool:
        """Whether all three say the same."""
        return self.feed == self.documents == self.ledger


def of_day(day: date) -> list[TieOut]:
    """Compare the three for what was booked on `day`, one line a currency."""
    issued = Document.objects.filter(Exists(_given(OuterRef("pk"))), issued_on=day)
    write_offs = Entry.objects.filter(what__in=WRITTEN_OFF, posted_on=day)
    write_offs = write_offs.filter(Q(feed_rows__isnull=False) | Q(reversing_feed_rows__isnull=False))
    same = write_offs.filter(about_ref=OuterRef("document__ref"), posted_at=OuterRef("settled_at"))
    settled = Settlement.objects.filter(Exists(same), payment=None, credit_note=None)
    postings = Posting.objects.filter(account=Posting.Account.RECEIVABLE)
    booked = postings.filter(Q(document__in=issued, entry__what__in=ISSUED) | Q(entry__in=write_offs))
    sent = Entry.objects.filter(what="refund", posted_on=day, feed_rows__isnull=False)
    refunded = Refund.objects.filter(ref__in=sent.values("about_ref"))
    paid_out = Posting.objects.filter(entry__in=sent, account=Posting.Account.CUSTOMER_CREDIT)
    sums = (
        _sums(FeedRow.objects.filter(entry__posted_on=day), F("amount_minor"))
        + _sums(FeedRow.objects.filter(reversal__posted_on=day), -F("amount_minor")),
        _sums(issued, -F("total_minor"))
        + _sums(settled, F("amount_minor"), "document__currency")
        + _sums(refunded, F("amount_minor"), "payment__currency"),
        _sums(booked, -F("amount_minor")) + _sums(paid_out, F("amount_minor")),
    )
    currencies = sorted({currency for found in sums for currency, _ in found})
    totals = [Counter[str]() for _ in sums]
    for total, found in zip(totals, sums, strict=True):
        for currency, amount in found:
            total[currency] += amount
    return [TieOut(day, *(Money(total[currency], currency) for total in totals)) for currency in currencies]


def _given(document: OuterRef) -> QuerySet[Any]:
    return Grant.documents.through.objects.filter(document=document, grant__status__in=GIVEN)


def _sums(rows: "QuerySet[Any]", amount: Any, currency: str = "currency") -> list[tuple[str, int]]:
    return [(code, int(total)) for code, total in rows.order_by().values_list(currency).annotate(total=Sum(amount))]
