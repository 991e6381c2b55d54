"""Writing: many new invoices at once, by COPY, as `issuing.issue` writes one.

What a document says, its hash, its postings and its activity come from issuing.py. Only invoices that correct nothing go this
way. Lines and the days they cover are written, and what they point to is checked, before the numbers are drawn, so that
other workers wait for them as short as can be; documents come after their lines, so that no line is ever added to an issued
document.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import copying
from accounts.customers.models import Customer
from accounts.timeline import recording
from billing.invoices import fingerprint, issuing, numbering, parties
from billing.invoices.drafting import PlannedDocument
from billing.invoices.issuing import Number
from billing.invoices.models import Coverage, Document, Line
from billing.ledger import posting
from billing.ledger.posting import NewEntry, PostingLine


@dataclass(frozen=True)
class Addressed:
    """A planned document and who receives it."""

    planned: PlannedDocument
    receiver: Customer


@dataclass(frozen=True, slots=True)
class _MadeOut:
    """A document that lacks nothing but its number: its lines, also as its hash covers them, and what is posted for it."""

    document: Document
    lines: list[Line]
    written: str
    sides: list[PostingLine]


def issue(invoices: Sequence[Addressed], *, on: date, at: datetime) -> list[Document]:
    """Issue these invoices, dated `on`, in their order; the statements are those of one.

    Raises:
        DatabaseError: a day is billed already, or another promise of the tables would be broken; nothing was written then.
    """
    if not invoices:
        return []
    made_out = _make_out(invoices, on, at)
    documents = [one.document for one in made_out]
    with copying.checked_by_key():
        copying.add(Line, [line for one in made_out for line in one.lines])
        _cover(invoices, made_out)
        copying.check_now(Line, but=["document"])
        copying.check_now(Coverage)
        _number(made_out)
        copying.add(Document, documents)
        posting.post_many([_entry(one) for one in made_out if any(side.amount_minor for side in one.sides)], on=on, at=at)
        recording.record_many([issuing.activity_of(document) for document in documents], actor=None, at=at)
    return documents


def _make_out(invoices: Sequence[Addressed], on: date, at: datetime) -> list[_MadeOut]:
    lines = sum(len(invoice.planned.lines) for invoice in invoices)
    document_keys, line_keys = copying.reserve((Document, len(invoices)), (Line, lines))
    rising = iter(line_keys)
    told = parties.on(on, [party for invoice in invoices for party in (invoice.receiver, invoice.planned.payer)])
    made_out = []
    for key, invoice in zip(document_keys, invoices, strict=True):
        draft = _draft(key, invoice, on, at)
        stored = issuing.make_out(draft, invoice.planned.lines, invoice.planned.taxes, told=told)
        for line in stored:
            line.pk = next(rising)
        made_out.append(_MadeOut(draft, stored, fingerprint.written(stored), issuing.sides_of(draft, stored)))
    return made_out


def _draft(key: int, invoice: Addressed, on: date, at: datetime) -> Document:
    planned, receiver = invoice.planned, invoice.receiver
    seller, payer = planned.legal_entity, planned.payer
    values = {
        "id": key, "kind": planned.kind, "legal_entity_id": seller.id, "customer_id": payer.id, "receiver_id": receiver.id,
        "currency": planned.currency, "issued_on": on, "issued_at": at, "due_on": on + timedelta(days=planned.payment_term_days),
        "po_number": planned.po_number,
        "address": issuing.terms_told(planned.payment_term_days, planned.payment_term_source),
    }  # fmt: skip
    at_hand = {"legal_entity": seller, "customer": payer, "receiver": receiver}
    return copying.made(Document, values, at_hand)


def _cover(invoices: Sequence[Addressed], made_out: Sequence[_MadeOut]) -> None:
    """Take the days that the lines cover."""
    covering = [
        (line.subscription_id, line.charge_code, DateRange(line.since, line.until), line.id)
        for invoice, one in zip(invoices, made_out, strict=True)
        for new, line in zip(invoice.planned.lines, one.lines, strict=True)
        if new.covers
    ]
    copying.add_values(Coverage, ["subscription_id", "charge_code", "days", "line_id"], covering)


def _number(made_out: Sequence[_MadeOut]) -> None:
    """Draw a block of numbers per series and give them out in order."""
    of_series: dict[tuple[int, str], list[_MadeOut]] = defaultdict(list)
    for one in made_out:
        of_series[one.document.legal_entity_id, issuing.SERIES[Document.Kind(one.document.kind)]].append(one)
    drawn = numbering.draw_many({key: len(found) for key, found in of_series.items()})
    for (seller, series), found in of_series.items():
        for number, one in zip(drawn[seller, series], found, strict=True):
            ref = numbering.ref_of(one.document.legal_entity, series, number)
            issuing.number_and_hash(one.document, one.written, Number(series, number, ref))


def _entry(one: _MadeOut) -> NewEntry:
    document = one.document
    return NewEntry(f"{document.kind}_issued", str(document.ref), f"issue:{document.ref}", one.sides)
