"""Chunks: billing some payers of a run in one transaction, and keeping one that fails from harming the others.

Most payers get invoices that correct nothing, and these are written together (writing.py). Whoever is given something back or
has credit to use is billed in the same transaction document by document, as outside a run. When the chunk as a whole cannot
be written it is rolled back and its parts are tried, down to the single payer, whose work then carries the reason.
"""

import gc
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.invoices import plain, run
from billing.invoices.drafting import Draft, PlannedDocument
from billing.invoices.models import Document
from billing.invoices.running import book as books
from billing.invoices.running import rules, writing
from billing.invoices.running.book import Book
from billing.invoices.running.models import BillingRun, BillingWork
from billing.invoices.running.rules import Rule
from billing.invoices.running.writing import Addressed

log = structlog.get_logger(__name__)
Status = BillingWork.Status


@dataclass
class Outcome:
    """What came of one payer: what was issued, or why not."""

    status: str = Status.DONE
    kinds: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    amounts: dict[str, int] = field(default_factory=dict)
    reason: str = ""
    drafts: list[dict[str, Any]] = field(default_factory=list)

    def count(self, document: Document | PlannedDocument, lines: int) -> None:
        """Count a document that is issued."""
        kind, currency = document.kind, document.currency
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.lines += lines
        self.amounts[currency] = self.amounts.get(currency, 0) + document.total_minor


def bill_next(billing_run: BillingRun, *, at: datetime, judges: Sequence[Rule], at_once: int, after: int = 0) -> int | None:
    """Bill the next payers of the run whom no other worker has claimed, those after the key `after` first.

    Returns the last key billed; None when there is nothing left to claim.
    """
    claimed: list[int] = []
    try:
        with _nothing_thrown_away(), transaction.atomic():
            claimed = _claim(billing_run, at_once, after) or _claim(billing_run, at_once, 0)
            if not claimed:
                return None
            outcomes = bill(billing_run, claimed, at=at, judges=judges)
        for payer in [payer for payer in claimed if payer not in outcomes]:
            _alone(billing_run, payer, at, judges)
    except (DatabaseError, Refusal) as problem:
        log.warning("chunk_not_billed", run=billing_run.pk, payers=len(claimed), reason=str(problem).split("\n", 1)[0])
        _in_parts(billing_run, claimed, at, judges)
    return claimed[-1]


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Keep Python from looking through all that a chunk makes for what it could throw away: it is all needed until the end."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def bill(billing_run: BillingRun, payers: Sequence[int], *, at: datetime, judges: Sequence[Rule]) -> dict[int, Outcome]:
    """Bill these payers for what fell due by the day of the run, in the transaction of the caller; return what came of each.

    Left out, and not billed, is whoever gives back what somebody else was billed: that needs a lock of the other, too, and locks
    are taken in the order of their keys. Whatever can be is written before numbers are drawn, for which other workers wait.
    """
    on = billing_run.on
    book, locked = books.hold(payers, on), frozenset(payers)
    outcomes = {payer: Outcome() for payer in payers}
    drafts = _judged(_sound(book.drafts(), outcomes), book, outcomes, judges)
    for payer in [payer for payer, draft in drafts.items() if _reaches_others(draft, locked)]:
        del drafts[payer], outcomes[payer]
    together = {payer: draft for payer, draft in drafts.items() if payer not in book.with_credit and _only_charges(draft)}
    alone = dict.fromkeys(payer for payer in drafts if payer not in together)
    _count(together, outcomes)
    _look_again(book, together)
    _mark(billing_run, {payer: outcome for payer, outcome in outcomes.items() if payer not in alone}, at)
    _write(together, book, at)
    for payer in alone:
        _one_by_one(drafts[payer], outcomes[payer], on, at)
    _look_again(book, [payer for payer in alone if outcomes[payer].status == Status.DONE])
    _mark(billing_run, {payer: outcomes[payer] for payer in alone}, at)
    return outcomes


def _sound(drafts: Mapping[int, Draft | Refusal], outcomes: dict[int, Outcome]) -> dict[int, Draft]:
    """Return the drafts there are; whoever has none for a reason is failed with it."""
    for payer, draft in drafts.items():
        if isinstance(draft, Refusal):
            outcomes[payer] = Outcome(Status.FAILED, reason=str(draft))
    return {payer: draft for payer, draft in drafts.items() if not isinstance(draft, Refusal)}


def _judged(drafts: dict[int, Draft], book: Book, outcomes: dict[int, Outcome], judges: Sequence[Rule]) -> dict[int, Draft]:
    """Return the drafts that nothing is wrong with; the others are held."""
    held = rules.judge(drafts, book, judges)
    for payer, (reasons, told) in held.items():
        outcomes[payer] = Outcome(Status.HELD, reason=" ".join(reasons), drafts=told)
    return {payer: draft for payer, draft in drafts.items() if payer not in held}


def _reaches_others(draft: Draft, payers: Collection[int]) -> bool:
    lines = [*draft.days_only, *(line for document in draft.documents for line in document.lines)]
    return any(line.corrects and line.corrects.document.customer_id not in payers for line in lines)


def _only_charges(draft: Draft) -> bool:
    return not draft.days_only and all(not line.corrects for document in draft.documents for line in document.lines)


def _count(drafts: Mapping[int, Draft], outcomes: Mapping[int, Outcome]) -> None:
    for payer, draft in drafts.items():
        for planned in draft.documents:
            outcomes[payer].count(planned, len(planned.lines))


def _write(drafts: Mapping[int, Draft], book: Book, at: datetime) -> None:
    invoices = [Addressed(planned, book.receivers[payer]) for payer, draft in drafts.items() for planned in draft.documents]
    writing.issue(invoices, on=book.on, at=at)


def _one_by_one(draft: Draft, outcome: Outcome, on: date, at: datetime) -> None:
    """Issue and settle the documents of one payer; a refusal takes back only these."""
    try:
        with transaction.atomic():
            issued = run.issue_draft(draft, on=on, at=at, actor=None)
    except Refusal as refusal:
        outcome.status, outcome.reason = Status.FAILED, str(refusal)
        return
    for document, planned in zip(issued, draft.documents, strict=True):
        outcome.count(document, len(planned.lines))


def _look_again(book: Book, payers: Iterable[int]) -> None:
    told = [(s, history) for payer in payers for s, history in book.groups[payer].items()]
    days = {s.id: (s.next_due_on, plain.next_due_on(history, after=book.on)) for s, history in told}
    books.look_again({key: then for key, (now, then) in days.items() if now != then})


def _in_parts(billing_run: BillingRun, payers: Sequence[int], at: datetime, judges: Sequence[Rule]) -> None:
    """Bill the halves of a chunk that could not be billed as a whole; one payer alone that cannot be is failed."""
    middle = len(payers) // 2
    for part in (payers[:middle], payers[middle:]):
        try:
            with transaction.atomic():
                held = _claim_these(billing_run, part)
                outcomes = bill(billing_run, held, at=at, judges=judges) if held else {}
            for payer in [payer for payer in held if payer not in outcomes]:
                _alone(billing_run, payer, at, judges)
        except (DatabaseError, Refusal) as problem:
            if len(part) > 1:
                _in_parts(billing_run, part, at, judges)
            else:
                # In the words of billing it alone, where those are plainer.
                _alone(billing_run, part[0], at, judges, reason=str(problem).split("\n", 1)[0])


def _alone(billing_run: BillingRun, key: int, at: datetime, judges: Sequence[Rule], *, reason: str = "") -> None:
    """Bill one payer in a transaction of its own, with everybody locked whose lines it may credit; held if it looks wrong."""
    payer, on = Customer.objects.get(pk=key), billing_run.on
    try:
        with transaction.atomic():
            if _claim_these(billing_run, [key]):
                run.lock_due(payer, on=on, up_to=on)
                outcomes, book = {key: Outcome()}, books.read([key], on)
                if _judged(_sound(book.drafts(), outcomes), book, outcomes, judges):
                    for document in run.bill(payer=payer, on=on, at=at):
                        outcomes[key].count(document, document.lines.count())
                _mark(billing_run, outcomes, at)
    except (DatabaseError, Refusal) as problem:
        with transaction.atomic():
            failed = Outcome(Status.FAILED, reason=str(problem).split("\n", 1)[0] or reason)
            _mark(billing_run, {key: failed}, at)


_NEXT = """
SELECT payer_id FROM billing_billingwork WHERE run_id = %s AND status = 'waiting' AND payer_id > %s
ORDER BY payer_id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
_THESE = """
SELECT payer_id FROM billing_billingwork WHERE run_id = %s AND status = 'waiting' AND payer_id = ANY(%s)
ORDER BY payer_id FOR NO KEY UPDATE SKIP LOCKED
"""
_DONE = """
UPDATE billing_billingwork w SET status = done.status, invoices = done.invoices, credit_notes = done.credit_notes,
    lines = done.lines, amounts = done.amounts::jsonb, reason = done.reason, drafts = done.drafts::jsonb, done_at = %s
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[], %s::text[], %s::text[], %s::text[])
    AS done(payer_id, status, invoices, credit_notes, lines, amounts, reason, drafts)
WHERE w.run_id = %s AND w.payer_id = done.payer_id
"""


def _claim(billing_run: BillingRun, at_once: int, after: int) -> list[int]:
    return _keys(_NEXT, [billing_run.pk, after, at_once])


def _claim_these(billing_run: BillingRun, payers: Sequence[int]) -> list[int]:
    return _keys(_THESE, [billing_run.pk, list(payers)])


def _keys(question: str, facts: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(question, facts)
        return [key for (key,) in cursor.fetchall()]


def _mark(billing_run: BillingRun, outcomes: Mapping[int, Outcome], at: datetime) -> None:
    """Write down what came of each payer."""
    if not outcomes:
        return
    told = outcomes.values()
    columns: list[list[Any]] = [
        list(outcomes),
        [str(outcome.status) for outcome in told],
        [outcome.kinds.get(Document.Kind.INVOICE, 0) for outcome in told],
        [outcome.kinds.get(Document.Kind.CREDIT_NOTE, 0) for outcome in told],
        [outcome.lines for outcome in told],
        ["{" + ",".join(f'"{currency}":{amount}' for currency, amount in outcome.amounts.items()) + "}" for outcome in told],
        [outcome.reason for outcome in told],
        [json.dumps(outcome.drafts) if outcome.drafts else "[]" for outcome in told],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [at, *columns, billing_run.pk])
