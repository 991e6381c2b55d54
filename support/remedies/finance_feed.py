"""Finance feed: one row for every remedy given, in front of finance the moment it is committed.

A row points to the grant and to the ledger entry of its document. Finance acknowledges it, or asks a question that lands
as a note on the ticket and with the agent who gave it. Tie-out compares, for a day of the books, what the feed says, what
the documents say and what the ledger says: three sums that must be one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document
from billing.ledger.models import Entry, Posting
from billing.money import Money
from support.remedies.models import FeedRow, Grant
from support.tickets import conversation, turns

NEW, ACKNOWLEDGED, QUERIED = FeedRow.Status.NEW, FeedRow.Status.ACKNOWLEDGED, FeedRow.Status.QUERIED
STEPS: Final[Mapping[str, frozenset[str]]] = {
    NEW: frozenset({ACKNOWLEDGED, QUERIED}),
    QUERIED: frozenset({ACKNOWLEDGED, QUERIED}),
    ACKNOWLEDGED: frozenset(),
}
PAGE: Final = 50
LONGEST_QUESTION: Final = 300


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


class QuestionMissing(Refusal):
    """A query asks something."""

    code = "question_missing"


class AcknowledgedAlready(Refusal):
    """What finance has acknowledged is settled; it is not queried any more."""

    code = "acknowledged_already"


def write(grant: Grant, *, entry: Entry, at: datetime) -> FeedRow:
    """Put a remedy in front of finance. Runs in the transaction that gives it."""
    row = FeedRow.objects.create(
        grant=grant, entry=entry, amount_minor=grant.amount_minor, currency=grant.currency, written_at=at
    )
    _record("finance.row_written", row, actor=grant.asked_by, at=at)
    return row


def inbox(viewer: User, *, status: str = NEW, before: FeedRow | None = None, limit: int = PAGE) -> list[FeedRow]:
    """Return the rows of one status, newest first, going on from `before`, with all that the screen shows of them."""
    rows = visible_to(viewer).filter(status=status)
    if before:
        older = Q(written_at__lt=before.written_at) | Q(written_at=before.written_at, pk__lt=before.pk)
        rows = rows.filter(older, written_at__lte=before.written_at)
    return list(rows.order_by("-written_at", "-pk")[:limit])


def visible_to(viewer: User) -> QuerySet[FeedRow]:
    """Return all rows, to those who see the books."""
    within = access.customers_within_reach(viewer, access.SEE_BOOKS)
    related = ("grant__ticket", "grant__customer", "grant__asked_by", "grant__document", "entry", "acknowledged_by")
    return FeedRow.objects.filter(grant__customer__in=within).select_related(*related)


def acknowledge(*, actor: User, row: FeedRow, at: datetime) -> FeedRow:
    """Take note of a row; doing it again changes nothing.

    Raises:
        Refusal: the actor does not keep the books.
    """
    with turns.patience(), transaction.atomic():
        row = _locked(row)
        access.decide(actor, access.KEEP_BOOKS, row.grant.customer).or_refuse()
        if row.status != ACKNOWLEDGED:
            row.status, row.acknowledged_by, row.acknowledged_at = ACKNOWLEDGED, actor, at
            row.save(update_fields=["status", "acknowledged_by", "acknowledged_at"])
            _record("finance.row_acknowledged", row, actor=actor, at=at)
    return row


def query(*, actor: User, row: FeedRow, question: str, at: datetime) -> FeedRow:
    """Ask about a row: the question becomes a note on its ticket and reaches the agent. The same question again is one.

    Raises:
        Refusal: the actor does not keep the books.
        QuestionMissing, AcknowledgedAlready: nothing was asked; or the row is settled.
    """
    question = question.replace("\x00", "").strip()[:LONGEST_QUESTION]
    if not question:
        raise QuestionMissing(_("Write what you want to know."))
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(row.grant.ticket)
        row = _locked(row)
        access.decide(actor, access.KEEP_BOOKS, row.grant.customer).or_refuse()
        if QUERIED not in STEPS[row.status]:
            raise AcknowledgedAlready(_("This row is acknowledged already."))
        if (row.status, row.question) != (QUERIED, question):
            row.status, row.question = QUERIED, question
            row.save(update_fields=["status", "question"])
            asked = _("Finance asks about {grant}: {question}").format(grant=row.grant, question=question)
            conversation.note(actor=actor, ticket=ticket, text=asked, at=at)
            _record("finance.row_queried", row, actor=actor, at=at)
    return row


def tie_out(day: date) -> list[TieOut]:
    """Compare feed, documents and ledger for what was booked on `day`, one line a currency."""
    granted = Grant.objects.filter(status=Grant.Status.GRANTED)
    documents = Document.objects.filter(grants__in=granted, issued_on=day)
    feed = FeedRow.objects.filter(entry__posted_on=day)
    postings = Posting.objects.filter(
        account=Posting.Account.RECEIVABLE, document__in=documents, entry__what="credit_note_issued"
    )
    sums = (
        _sums(feed.annotate(value=F("amount_minor"))),
        _sums(documents.annotate(value=-F("total_minor"))),
        _sums(postings.annotate(value=-F("amount_minor"))),
    )
    currencies = sorted({currency for found in sums for currency in found})
    return [TieOut(day, *(Money(found.get(currency, 0), currency) for found in sums)) for currency in currencies]


def _sums(rows: "QuerySet[FeedRow] | QuerySet[Document] | QuerySet[Posting]") -> dict[str, int]:
    totals = rows.order_by().values_list("currency").annotate(total=Sum("value"))
    return {currency: int(total) for currency, total in totals}


def _locked(row: FeedRow) -> FeedRow:
    related = ("grant__ticket", "grant__customer", "grant__asked_by", "grant__document", "entry")
    return FeedRow.objects.select_for_update(of=("self",)).select_related(*related).get(pk=row.pk)


def _record(kind: str, row: FeedRow, *, actor: User, at: datetime) -> None:
    grant = row.grant
    facts = {
        "amount": str(Money(row.amount_minor, row.currency)),
        "question": row.question,
        "ticket": grant.ticket.ref,
        "document": str(grant.document),
        "row": row.pk,
    }
    recording.record(grant.customer, kind, actor=actor, at=at, about=grant, facts=facts, internal=True)
