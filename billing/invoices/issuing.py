"""Issuing: from lines to a numbered document that never changes again.

One transaction: corrected lines are claimed, tax is spread, document and lines are written, days are taken and given back, the
number is drawn last, the document is sealed with its hash, the ledger entry and the timeline activity follow. Amounts are
minor units; a credit note is the same with everything below zero. Settling what is then open is `settling.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import copying
from accounts.canonical import Told
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import LegalEntity
from billing.invoices import coverage, crediting, fingerprint, newline, numbering, parties, recognition, tax
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.invoices.parties import Parties
from billing.ledger import locking, posting
from billing.ledger.posting import PostingLine
from billing.money import Money

INVOICE, CREDIT_NOTE = Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE
SERIES: Final = {INVOICE: numbering.INVOICES, CREDIT_NOTE: numbering.CREDIT_NOTES}
IMPORTED: Final = "billing.invoice_imported"
ACCOUNTS: Final[Mapping[str, str]] = {
    newline.ACCOUNT_CREDIT: posting.GOODWILL,
    newline.WALLET_TOPUP: posting.CUSTOMER_CREDIT,
}
ACTIVITIES: Final = {INVOICE: "billing.invoice_issued", CREDIT_NOTE: "billing.credit_note_issued"}


@dataclass(frozen=True)
class Number:
    """The number a document carries: drawn from a series, or brought along by an imported one."""

    series: str
    sequence: int | None
    ref: str


class NothingToIssue(Refusal):
    """A document has at least one line."""

    code = "nothing_to_issue"


class WrongSign(Refusal):
    """An invoice is zero or above, a credit note zero or below."""

    code = "wrong_sign"


def issue(
    *,
    payer: Customer,
    receiver: Customer,
    legal_entity: LegalEntity,
    currency: str,
    lines: Sequence[NewLine],
    on: date,
    at: datetime,
    kind: str = INVOICE,
    po_number: str = "",
    reason: str = "",
    payment_term_days: int = 14,
    payment_term_source: str = "",
    corrects: Document | None = None,
    actor: User | None = None,
    key: str = "",
) -> Document:
    """Issue the invoice or credit note with these lines, addressed to `receiver` and owed by `payer`.

    `payment_term_source` says whose agreement the days to pay are, where it is not the contract's. `key` names the ledger
    entry; without one it is the document's ref. Nothing is settled here.

    Raises:
        NothingToIssue, WrongSign: no lines, or a total that does not fit the kind.
        CreditedBeyondLine, NotACredit: a credit line takes back more than is left, or has the wrong sign.
        DayAlreadyBilled: a line covers a day that is billed already.
    """
    draft = Document(
        kind=kind, legal_entity=legal_entity, customer=payer, receiver=receiver, currency=currency, issued_on=on, issued_at=at,
        due_on=on + timedelta(days=payment_term_days), corrects=corrects, po_number=po_number, reason=reason,
        address=terms_told(payment_term_days, payment_term_source),
    )  # fmt: skip
    with transaction.atomic():
        locking.lock_payers([payer.pk])
        stored = write(draft, lines)
        seal(draft, stored, _next_number(legal_entity, kind))
        book(draft, stored, key=key or f"issue:{draft.ref}", on=on, at=at)
        record(draft, actor=actor, at=at)
    return draft


def _next_number(legal_entity: LegalEntity, kind: str) -> Number:
    """Draw the next number of a seller's series; it is held until the transaction ends, so none is left out."""
    series = SERIES[Document.Kind(kind)]
    sequence = numbering.draw(legal_entity, series)
    return Number(series, sequence, numbering.ref_of(legal_entity, series, sequence))


def terms_told(days: int, source: str) -> dict[str, Any]:
    """Return what a document keeps of days to pay that were specially agreed: how many, and whose agreement it is."""
    return {"terms": {"days": days, "source": source}} if source else {}


def write(draft: Document, lines: Sequence[NewLine]) -> list[Line]:
    """Store the draft with its lines, their tax and the days they take or give back."""
    if not lines:
        raise NothingToIssue(_("A document needs at least one line."))
    carried = crediting.claim(lines)
    taxable = [tax.TaxableLine(line.amount_minor, line.tax_rate, back) for line, back in zip(lines, carried, strict=True)]
    stored = make_out(draft, lines, tax.on_lines(taxable, draft.currency))
    draft.save()
    for line in stored:
        line.document = draft
    Line.objects.bulk_create(stored)
    coverage.give_back(lines)
    coverage.take(list(zip(lines, stored, strict=True)))
    return stored


def make_out(draft: Document, lines: Sequence[NewLine], taxes: Sequence[int], *, told: Parties | None = None) -> list[Line]:
    """Fill in the draft's amounts and addresses and return its lines with their tax; nothing is stored yet.

    `told` is what documents of its day say of its parties, where many drafts ask for that at once.

    Raises:
        WrongSign: the total does not fit the kind.
    """
    draft.subtotal_minor = sum(line.amount_minor for line in lines)
    draft.tax_minor = sum(taxes)
    draft.total_minor = draft.subtotal_minor + draft.tax_minor
    if draft.total_minor < 0 if draft.kind == INVOICE else draft.total_minor > 0:
        raise WrongSign(_("An invoice is zero or above, a credit note zero or below."))
    draft.open_minor = draft.total_minor if draft.kind == INVOICE else 0
    if draft.issued_on:
        of_parties = (told or parties.on(draft.issued_on, [draft.receiver, draft.customer])).of(draft)
        of_parties.update(draft.address)
        draft.address = of_parties
    return [_line(draft, new, place, tax_minor) for place, (new, tax_minor) in enumerate(zip(lines, taxes, strict=True), 1)]


def seal(draft: Document, lines: Sequence[Line], number: Number) -> None:
    """Give the draft its number and hash; from now on it never changes."""
    number_and_hash(draft, fingerprint.written(lines), number)
    draft.save(update_fields=["series", "sequence", "ref", "status", "content_hash"])


def number_and_hash(draft: Document, lines: str, number: Number) -> None:
    """Give the draft, its lines as the hash covers them, its number and hash and call it issued; nothing is stored yet."""
    draft.series, draft.sequence, draft.ref = number.series, number.sequence, number.ref
    draft.status = Document.Status.ISSUED
    draft.content_hash = fingerprint.of_written(draft, lines)


def book(document: Document, lines: Sequence[Line], *, key: str, on: date, at: datetime) -> None:
    """Post the document: debit receivable gross, credit revenue net and tax per rate; a document of zero posts nothing.

    What is for days still to come is deferred revenue first (recognition.py). A credit given goes against goodwill, and what
    fills a wallet becomes the customer's credit, in place of revenue.
    """
    sides = sides_of(document, lines)
    if any(side.amount_minor for side in sides):
        posting.post(what=f"{document.kind}_issued", about_ref=str(document.ref), key=key, postings=sides, on=on, at=at)


def sides_of(document: Document, lines: Sequence[Line]) -> list[PostingLine]:
    """Return what `book` posts for the document."""
    payer, currency = document.customer, document.currency
    sides = [PostingLine(posting.RECEIVABLE, document.total_minor, currency, payer, document)]
    for account, net_minor in _net_per_account(document, lines).items():
        detail = document.legal_entity.code if account == posting.CUSTOMER_CREDIT else ""
        sides.append(PostingLine(account, -net_minor, currency, payer, document, detail=detail))
    for rate, amount in sorted(tax.per_rate((line.tax_rate, line.tax_minor) for line in lines).items()):
        sides.append(PostingLine(posting.TAX, -amount, currency, payer, document, detail=format(rate.normalize(), "f")))
    return sides


def _net_per_account(document: Document, lines: Sequence[Line]) -> dict[str, int]:
    """Days still to be served are deferred; what was imported was earned elsewhere."""
    sums: dict[str, int] = {}
    for line in lines:
        account = ACCOUNTS.get(line.booked_as, posting.REVENUE)
        ours = document.origin == Document.Origin.ACCORD
        if account == posting.REVENUE and ours and document.issued_on and recognition.is_deferred(line, document.issued_on):
            account = posting.DEFERRED_REVENUE
        sums[account] = sums.get(account, 0) + line.amount_minor
    return sums


def _line(draft: Document, new: NewLine, position: int, tax_minor: int) -> Line:
    customer, subscription, product, corrects = new.customer, new.subscription, new.product, new.corrects
    values = {
        "document_id": draft.id, "position": position, "kind": new.kind, "customer_id": customer.id,
        "subscription_id": subscription.id if subscription else None, "product_id": product.id if product else None,
        "charge_code": new.charge_code, "price_key": new.price_key, "description": new.description[:300],
        "since": new.since, "until": new.until, "cycle_since": new.cycle_since, "cycle_until": new.cycle_until,
        "quantity": new.quantity, "unit_price": new.unit_price, "amount_minor": new.amount_minor, "tax_rate": new.tax_rate,
        "tax_minor": tax_minor, "currency": draft.currency, "cost_centre": customer.cost_centre, "po_number": new.po_number,
        "corrects_id": corrects.id if corrects else None,
        "derivation": new.derivation if isinstance(new.derivation, Told) else dict(new.derivation),
    }  # fmt: skip
    at_hand = {"document": draft, "customer": customer, "subscription": subscription, "product": product, "corrects": corrects}
    return copying.made(Line, values, at_hand)


def record(document: Document, *, actor: User | None, at: datetime) -> None:
    """Put the issue of `document` on its payer's timeline."""
    told = activity_of(document)
    recording.record(document.customer, told.kind, actor=actor, at=at, about=document, facts=told.facts)


def activity_of(document: Document) -> recording.Entry:
    """Return what the timeline tells of the issue of `document`."""
    facts = {
        "amount": str(Money(document.total_minor, document.currency)),
        "amount_minor": document.total_minor,
        "currency": document.currency,
        "due_on": str(document.due_on),
    }
    imported = document.origin == Document.Origin.LEGACY
    kind = IMPORTED if imported else ACTIVITIES[Document.Kind(document.kind)]
    return recording.Entry(document.customer, kind, facts, about=document)
