"""Replacing: an issued document never changes, so what is wrong on it is taken back and issued anew.

`anew` takes lines of an invoice back in full, gives their days back, and bills them again on a new invoice, with another
address, order number or price. `take_back` undoes a credit note by the invoice that corrects its lines. Both are made of
counter-documents only; what was paid on the old invoice pays the new one first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.decisions import Refusal
from accounts.people.models import User
from billing.invoices import absorbing, credit_notes, crediting, issuing, newline, reductions, settling
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.ledger import locking
from billing.ledger.models import Entry


@dataclass(frozen=True)
class Replaced:
    """The credit note that took lines back, and the invoice that bills them anew."""

    credit_note: Document
    invoice: Document


class NotReplaceable(Refusal):
    """Something was credited on these lines before, or they are no charges of an issued invoice."""

    code = "not_replaceable"


class NotTakenBack(Refusal):
    """Only an issued credit note of which something is left can be taken back."""

    code = "not_taken_back"


def replaceable(lines: Sequence[Line]) -> bool:
    """Say whether these lines of one issued invoice are as they were billed, so that they can be billed anew."""
    return bool(lines) and all(
        line.document.status == Document.Status.ISSUED
        and line.document.kind == Document.Kind.INVOICE
        and line.corrects_id is None
        and line.kind != newline.WALLET_TOPUP
        and not line.credited_minor
        for line in lines
    )


def anew(
    *,
    actor: User | None,
    document: Document,
    lines: Sequence[Line],
    reason: str,
    on: date,
    at: datetime,
    key: str,
    nets: Mapping[int, int] | None = None,
    po_number: str | None = None,
) -> Replaced:
    """Take `lines` of `document` back and bill them anew: at `nets` (net by line key) where it names one, else as they were.

    The new invoice is addressed as its receiver stands today and leaves as many days to pay. Repeating a call with the same
    key returns the first result.

    Raises:
        NotReplaceable: something was credited on a line before, or it is no charge of an issued invoice.
    """
    with transaction.atomic():
        locking.lock_payers([document.customer_id])
        if earlier := Entry.objects.filter(key=f"credit-line:{key}").first():
            return _earlier(earlier)
        held = list(Line.objects.select_for_update(of=("self",)).filter(pk__in=[line.pk for line in lines]).order_by("position"))
        for line in held:
            line.document = document
        if not replaceable(held):
            raise NotReplaceable(
                _("{document} was corrected before; credit what is left of it instead.").format(document=document)
            )
        credits = [credit_notes.credit_of(line, kind=newline.PRORATION_CREDIT) for line in held if line.amount_minor > 0]
        credit_note = credit_notes.write(
            actor=actor, document=document, credits=credits, reason=reason, on=on, at=at, entry_key=f"credit-line:{key}"
        )
        copies = [_copy(line, (nets or {}).get(line.pk), po_number) for line in held]
        invoice = _bill(document, copies, reason, on, at, actor, key, po_number)
        absorbing.absorb(credit_note, at, then=invoice)
        return Replaced(credit_note, invoice)


def take_back(*, actor: User | None, credit_note: Document, reason: str, on: date, at: datetime, key: str) -> Document:
    """Issue the invoice that undoes what is left of `credit_note`, line by line with its tax; credit pays it first.

    Repeating a call with the same key returns the first result.

    Raises:
        NotTakenBack: it is no issued credit note, or nothing is left of it.
    """
    entry_key = f"take-back:{key}"
    with transaction.atomic():
        locking.lock_payers([credit_note.customer_id])
        if earlier := Entry.objects.filter(key=entry_key).first():
            return Document.objects.get(ref=earlier.about_ref)
        if credit_note.kind != issuing.CREDIT_NOTE or credit_note.status != Document.Status.ISSUED:
            raise NotTakenBack(_("Only an issued credit note can be taken back."))
        lines = list(credit_note.lines.select_for_update(of=("self",)).order_by("position"))
        owed = [_owed_again(line) for line in lines if line.amount_minor != line.credited_minor]
        if not owed:
            raise NotTakenBack(_("Nothing is left of {credit_note} to take back.").format(credit_note=credit_note))
        invoice = issuing.issue(
            payer=credit_note.customer, receiver=responsibilities.receiver_of(credit_note.customer, on),
            legal_entity=credit_note.legal_entity, currency=credit_note.currency, lines=owed, on=on, at=at,
            po_number=credit_note.po_number, reason=reason[:200], corrects=credit_note, actor=actor, key=entry_key,
        )  # fmt: skip
        settling.apply_account_credit(invoice, at)
        return invoice


def touched_by_reduction(line: Line) -> bool:
    """Say whether a coupon or discount took something off `line`."""
    taken = reductions.on_documents([line.document_id]).get(line.document_id, ())
    return any(int(one.derivation.get("shares", {}).get(str(line.position), 0)) for one in taken)


def invoice_of(key: str) -> Document:
    """Return the invoice that `anew` issued under this key."""
    return Document.objects.get(ref=Entry.objects.get(key=f"replace:{key}").about_ref)


def _earlier(entry: Entry) -> Replaced:
    return Replaced(Document.objects.get(ref=entry.about_ref), invoice_of(entry.key.removeprefix("credit-line:")))


def _bill(
    document: Document, lines: Sequence[NewLine], reason: str, on: date, at: datetime, actor: User | None, key: str,
    po_number: str | None,
) -> Document:  # fmt: skip
    term = (document.due_on - document.issued_on).days if document.due_on and document.issued_on else 14
    return issuing.issue(
        payer=document.customer, receiver=responsibilities.receiver_of(document.customer, on), legal_entity=document.legal_entity,
        currency=document.currency, lines=lines, on=on, at=at, po_number=document.po_number if po_number is None else po_number,
        reason=reason[:200], payment_term_days=max(term, 0), actor=actor, key=f"replace:{key}",
    )  # fmt: skip


def _copy(line: Line, net_minor: int | None, po_number: str | None) -> NewLine:
    """Return what bills `line` anew; at another net amount its unit price follows, and its derivation no longer holds."""
    same = net_minor is None or net_minor == line.amount_minor
    amount = line.amount_minor if net_minor is None else net_minor
    unit = line.unit_price if same or not line.amount_minor else line.unit_price * amount / Decimal(line.amount_minor)
    return NewLine(
        kind=line.kind, customer=line.customer, description=line.description, amount_minor=amount, tax_rate=line.tax_rate,
        quantity=line.quantity, unit_price=unit, subscription=line.subscription, product=line.product,
        charge_code=line.charge_code, price_key=line.price_key, since=line.since, until=line.until,
        cycle_since=line.cycle_since, cycle_until=line.cycle_until,
        po_number=line.po_number if po_number is None else po_number, derivation=line.derivation if same else {},
    )  # fmt: skip


def _owed_again(line: Line) -> NewLine:
    left = crediting.left_of(line)
    return NewLine(
        kind=newline.ITEM_ADJUSTMENT, customer=line.customer, description=f"Taken back: {line.description}",
        amount_minor=-left.net_minor, tax_rate=line.tax_rate, quantity=Decimal(1), product=line.product,
        charge_code=line.charge_code, price_key=line.price_key, since=line.since, until=line.until, po_number=line.po_number,
        corrects=line,
    )  # fmt: skip
