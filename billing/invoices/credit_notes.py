"""Credit notes: taking back a line of an issued document, in full or in part.

A credit note points to the line it corrects, carries the tax that line carried, and is absorbed by what is open (see
settling.py). Crediting a line does not give its days back: they stay billed, and the next run does not bill them again.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.decisions import Refusal
from accounts.people.models import User
from billing.invoices import crediting, issuing, newline, settling
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.ledger import locking
from billing.ledger.models import Entry


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
    with transaction.atomic():
        document = line.document
        locking.lock_payers([document.customer_id])
        entry_key = f"credit-line:{key}"
        if earlier := Entry.objects.filter(key=entry_key).first():
            return Document.objects.get(ref=earlier.about_ref)
        credit = _credit(_locked(line), amount_minor)
        credit_note = issuing.issue(
            payer=document.customer, receiver=document.receiver, legal_entity=document.legal_entity, currency=document.currency,
            lines=[credit], on=on, at=at, kind=issuing.CREDIT_NOTE, po_number=document.po_number, reason=reason[:200],
            payment_term_days=0, corrects=document, actor=actor, key=entry_key,
        )  # fmt: skip
        settling.absorb_credit_note(credit_note, at)
        return credit_note


def _locked(line: Line) -> Line:
    held = Line.objects.select_for_update(of=("self",)).select_related("document").get(pk=line.pk)
    if held.document.status != Document.Status.ISSUED or held.corrects_id is not None:
        raise NotCreditable("Only a line that charged something on an issued document can be credited.")
    return held


def _credit(line: Line, amount_minor: int | None) -> NewLine:
    left = crediting.left_of(line)
    if left.net_minor <= 0:
        raise NothingLeftToCredit("This line was credited in full already.")
    amount = left.net_minor if amount_minor is None else amount_minor
    if not 0 < amount <= left.net_minor:
        raise crediting.CreditedBeyondLine(f"Between 1 and {left.net_minor} minor units can be credited, not {amount}.")
    return NewLine(
        kind=newline.ITEM_ADJUSTMENT, customer=line.customer, description=f"Credit: {line.description}", amount_minor=-amount,
        tax_rate=line.tax_rate, quantity=Decimal(-1), unit_price=Decimal(0), subscription=line.subscription,
        product=line.product, charge_code=line.charge_code, price_key=line.price_key, since=line.since, until=line.until,
        cycle_since=line.cycle_since, cycle_until=line.cycle_until, po_number=line.po_number, corrects=line,
    )  # fmt: skip
