"""Finance feed: one row for every remedy given, in front of finance the moment it is committed.

A row points to the grant and to its ledger entry. Finance acknowledges it, has it taken back (reversing.py), or asks a question
that lands as a note on the ticket and with the agent who gave it; questions and answers are the thread of the row. A row that
was acknowledged is settled. How a day ties out with the books says tie_out.py.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies.models import FeedMessage, FeedRow, Grant
from support.tickets import conversation, turns
from support.tickets.models import Ticket

NEW, ACKNOWLEDGED = FeedRow.Status.NEW, FeedRow.Status.ACKNOWLEDGED
QUERIED, ANSWERED = FeedRow.Status.QUERIED, FeedRow.Status.ANSWERED
STEPS: Final[Mapping[str, frozenset[str]]] = {
    NEW: frozenset({ACKNOWLEDGED, QUERIED}),
    QUERIED: frozenset({ACKNOWLEDGED, QUERIED, ANSWERED}),
    ANSWERED: frozenset({ACKNOWLEDGED, QUERIED, ANSWERED}),
    ACKNOWLEDGED: frozenset(),
}
PAGE: Final = 50
LONGEST_QUESTION: Final = 300


class QuestionMissing(Refusal):
    """A query asks something."""

    code = "question_missing"


class NothingAsked(Refusal):
    """Only a question of finance is answered."""

    code = "nothing_asked"


class AcknowledgedAlready(Refusal):
    """What finance has acknowledged is settled; it is not queried any more."""

    code = "acknowledged_already"


def write(grant: Grant, *, entry: Entry | None, at: datetime) -> FeedRow:
    """Put a remedy in front of finance; without an entry no money moved. Runs in the transaction that gives it."""
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


def asked_of(viewer: User) -> QuerySet[FeedRow]:
    """Return the rows of customers to whom `viewer` gives remedies, so that questions about them can be answered."""
    within = access.customers_within_reach(viewer, access.GRANT_REMEDY)
    return FeedRow.objects.filter(grant__customer__in=within).select_related("grant__ticket", "grant__customer")


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


def acknowledge_all(*, actor: User, rows: Iterable[FeedRow], at: datetime) -> list[FeedRow]:
    """Take note of the rows that were looked at together, all or none; return those that were new until now.

    What was asked about, or acknowledged, since they were looked at stays as it is. Doing it again changes nothing.

    Raises:
        Refusal: the actor does not keep the books of one of them.
    """
    with turns.patience(), transaction.atomic():
        held = [_locked(row) for row in sorted(set(rows), key=lambda row: row.pk)]
        return [acknowledge(actor=actor, row=row, at=at) for row in held if row.status == NEW]


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
            _move(row, QUERIED, actor=actor, text=question, at=at)
            asked = _("Finance asks about {grant}: {question}").format(grant=row.grant, question=question)
            conversation.note(actor=actor, ticket=ticket, text=asked, at=at)
            _record("finance.row_queried", row, actor=actor, at=at)
    return row


def answer(*, actor: User, row: FeedRow, text: str, at: datetime) -> FeedRow:
    """Answer the question of finance; the answer joins the thread of the row and the ticket. The same answer again is one.

    Raises:
        Refusal: the actor does not give remedies.
        QuestionMissing, NothingAsked: nothing is answered; or nothing was asked.
    """
    text = text.replace("\x00", "").strip()[:LONGEST_QUESTION]
    if not text:
        raise QuestionMissing(_("Write your answer."))
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(row.grant.ticket)
        row = _locked(row)
        access.decide(actor, access.GRANT_REMEDY, row.grant.customer).or_refuse()
        if ANSWERED not in STEPS[row.status]:
            raise NothingAsked(_("Finance has not asked about {grant}.").format(grant=row.grant))
        latest = row.messages.order_by("-written_at", "-pk").first()
        if latest is None or (latest.author_id, latest.text) != (actor.pk, text):
            _move(row, ANSWERED, actor=actor, text=text, at=at)
            words = _("Answer to finance about {grant}: {text}").format(grant=row.grant, text=text)
            conversation.note(actor=actor, ticket=ticket, text=words, at=at)
            _record("finance.row_answered", row, actor=actor, at=at, answer=text)
    return row


def asked_on(ticket: Ticket) -> list[FeedRow]:
    """Return the rows of a ticket about which finance has asked, each with its thread."""
    rows = FeedRow.objects.filter(grant__ticket=ticket, messages__isnull=False).distinct()
    return list(rows.select_related("grant").prefetch_related("messages__author").order_by("pk"))


def _move(row: FeedRow, status: str, *, actor: User, text: str, at: datetime) -> None:
    row.status = status
    if status == QUERIED:
        row.question = text
    row.save(update_fields=["status", "question"])
    FeedMessage.objects.create(row=row, author=actor, text=text, written_at=at)


def _locked(row: FeedRow) -> FeedRow:
    related = ("grant__ticket", "grant__customer", "grant__asked_by", "grant__document", "entry")
    return FeedRow.objects.select_for_update(of=("self",)).select_related(*related).get(pk=row.pk)


def _record(kind: str, row: FeedRow, *, actor: User, at: datetime, **more: str) -> None:
    grant = row.grant
    facts = {
        "amount": str(Money(row.amount_minor, row.currency)),
        "question": row.question,
        "ticket": grant.ticket.ref,
        "document": str(grant.document or ""),
        "row": row.pk,
    } | more
    recording.record(grant.customer, kind, actor=actor, at=at, about=grant, facts=facts, internal=True)
