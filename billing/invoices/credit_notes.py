"""Credit notes: taking back a line of an issued document, in full or in part.

A credit note points to the line it corrects, carries the tax that line carried, and is absorbed by what is open (see
settling.py). Crediting a line does not give its days back: they stay billed, and the next run does not bill them again.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from billing.invoices import absorbing, crediting, issuing, newline, reductions
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.ledger import balances, locking
from billing.ledger.models import Entry
from billing.money import Money


class NothingLeftToCredit(Refusal):
    """The line was taken back in full before, or never charged anything."""

    code = "nothing_left_to_credit"


class NotCreditable(Refusal):
    """Only a line that charged something on an issued document can be credited."""

    code = "not_creditable"


def credit_line(
    *,
    actor: User | None,
    line: Line,
    reason: str,
    on: date,
    at: datetime,
    key: str,
    amount_minor: int | None = None,
) -> Document:
    """Issue the credit note that takes `amount_minor` (net; all that is left by default) of `line` back, with its tax.

    What is open absorbs it, the rest becomes the payer's credit. Repeating the call with the same key returns the first one.

    Raises:
        NotCreditable: the line is a credit itself, or its document is not issued.
        NothingLeftToCredit: nothing is left of the line.
        CreditedBeyondLine: more than what is left was asked for.
    """
    return credit_lines(
        actor=actor,
        document=line.document,
        amounts={line: amount_minor},
        reason=reason,
        on=on,
        at=at,
        entry_key=f"credit-line:{key}",
    )


def credit_document(*, actor: User | None, document: Document, reason: str, on: date, at: datetime, key: str) -> Document:
    """Issue the counter-document that takes all that is left of `document` back: an issued document is voided this way.

    Raises:
        NothingLeftToCredit: nothing is left of any line.
        NotCreditable: it is a credit note, or not issued.
    """
    if document.kind != issuing.INVOICE:
        raise NotCreditable(_("Only an invoice can be voided."))
    amounts: dict[Line, int | None] = {line: None for line in document.lines.all() if crediting.left_of(line).net_minor > 0}
    if not amounts:
        raise NothingLeftToCredit(_("Nothing is left of {document} to take back.").format(document=document))
    return credit_lines(
        actor=actor, document=document, amounts=amounts, reason=reason, on=on, at=at, entry_key=f"credit-document:{key}"
    )


def credit_lines(
    *,
    actor: User | None,
    document: Document,
    amounts: Mapping[Line, int | None],
    reason: str,
    on: date,
    at: datetime,
    entry_key: str,
) -> Document:
    """Issue one credit note for several lines of `document`: per line a net amount, or None for all that is left.

    Raises: as `credit_line`.
    """
    with transaction.atomic():
        locking.lock_payers([document.customer_id])
        if earlier := Entry.objects.filter(key=entry_key).first():
            return Document.objects.get(ref=earlier.about_ref)
        credits = [credit_of(_locked(line), amount) for line, amount in sorted(amounts.items(), key=lambda item: item[0].pk)]
        credit_note = write(actor=actor, document=document, credits=credits, reason=reason, on=on, at=at, entry_key=entry_key)
        absorbing.absorb(credit_note, at)
        _unspent_or_refuse(credit_note, amounts)
        return credit_note


def write(
    *, actor: User | None, document: Document, credits: list[NewLine], reason: str, on: date, at: datetime, entry_key: str
) -> Document:
    """Issue the credit note with these lines, and what takes reductions back with them; it is not used up yet."""
    credits = credits + reductions.taken_back(credits, reductions.on_documents([document.pk]), document.currency)
    return issuing.issue(
        payer=document.customer, receiver=document.receiver, legal_entity=document.legal_entity, currency=document.currency,
        lines=credits, on=on, at=at, kind=issuing.CREDIT_NOTE, po_number=document.po_number, reason=reason[:200],
        payment_term_days=0, corrects=document, actor=actor, key=entry_key,
    )  # fmt: skip


def _unspent_or_refuse(credit_note: Document, lines: Iterable[Line]) -> None:
    """What filled a wallet is taken back only as far as the payer still holds it."""
    payer, seller = credit_note.customer, credit_note.legal_entity.code
    topped_up = any(line.kind == newline.WALLET_TOPUP for line in lines)
    if topped_up and balances.credit_with(payer, seller_code=seller, currency=credit_note.currency) < 0:
        raise NotCreditable(_("This prepaid credit was used already; only what is left of it can be taken back."))


def _locked(line: Line) -> Line:
    held = Line.objects.select_for_update(of=("self",)).select_related("document").get(pk=line.pk)
    if held.document.status != Document.Status.ISSUED or held.corrects_id is not None:
        raise NotCreditable(_("Only a line that charged something on an issued document can be credited."))
    return held


def credit_of(line: Line, amount_minor: int | None = None, *, kind: str = newline.ITEM_ADJUSTMENT) -> NewLine:
    """Return the line that takes `amount_minor` (all that is left by default) of `line` back.

    Raises:
        NothingLeftToCredit, CreditedBeyondLine: nothing, or less, is left of it.
    """
    left = crediting.left_of(line)
    if left.net_minor <= 0:
        raise NothingLeftToCredit(_("This line was credited in full already."))
    amount = left.net_minor if amount_minor is None else amount_minor
    if not 0 < amount <= left.net_minor:
        raise crediting.CreditedBeyondLine(
            _("Of this line at most {left} can be credited, not {amount}.").format(
                left=Money(left.net_minor, line.currency), amount=Money(amount, line.currency)
            )
        )
    return NewLine(
        kind=kind, customer=line.customer, description=f"Credit: {line.description}", amount_minor=-amount,
        tax_rate=line.tax_rate, quantity=Decimal(-1), unit_price=Decimal(0), subscription=line.subscription,
        product=line.product, charge_code=line.charge_code, price_key=line.price_key, since=line.since, until=line.until,
        cycle_since=line.cycle_since, cycle_until=line.cycle_until, po_number=line.po_number, corrects=line,
    )  # fmt: skip
