"""Settling: what reduces the open amount of an invoice.

The only writer of settlements and of a document's open amount, always under the document's row lock. The sum of a document's
receivable postings is its open amount at all times: account credit that is used (kept per seller) moves onto it, credit notes
are absorbed by absorbing.py. Payments post their own entry (billing/payments/settlement.py) and call `settle` for the row.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Model, Sum
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document, Settlement
from billing.ledger import balances, locking, posting
from billing.ledger.posting import PostingLine
from billing.money import Money


class NotOpen(Refusal):
    """Only an issued invoice can be settled."""

    code = "not_open"


class SettledBeyondOpen(Refusal):
    """More would be settled than is open."""

    code = "settled_beyond_open"


class ReopenedBeyondSettled(Refusal):
    """More would be owed again than was settled."""

    code = "reopened_beyond_settled"


def settle(
    *,
    document: Document,
    amount_minor: int,
    at: datetime,
    payment: Model | None = None,
    credit_note: Document | None = None,
) -> Settlement:
    """Reduce what is open on `document` by `amount_minor`; the caller posts the money's side of it.

    Raises:
        NotOpen: the document is no issued invoice.
        SettledBeyondOpen: the amount is not above zero, or more than is open.
    """
    with transaction.atomic():
        held = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if held.status != Document.Status.ISSUED or held.kind != Document.Kind.INVOICE:
            raise NotOpen(_("{held} is not an issued invoice.").format(held=held))
        if not 0 < amount_minor <= held.open_minor:
            raise SettledBeyondOpen(f"{held.open_minor} minor units are open on {held}, not {amount_minor}.")
        held.open_minor -= amount_minor
        held.save(update_fields=["open_minor"])
        document.open_minor = held.open_minor
        return Settlement.objects.create(
            document=held,
            payment_id=payment.pk if payment else None,
            credit_note=credit_note,
            amount_minor=amount_minor,
            settled_at=at,
        )


def reopen(*, settlement: Settlement, amount_minor: int, at: datetime) -> Settlement:
    """Take `amount_minor` of a settlement back, so that it is owed again; the caller posts the money's side of it.

    Raises:
        ReopenedBeyondSettled: more than is left of the settlement, or nothing.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(pk=settlement.document_id)
        taken = settlement.reversed_by.aggregate(total=Sum("amount_minor"))["total"] or 0
        left = settlement.amount_minor + taken
        if not 0 < amount_minor <= left:
            raise ReopenedBeyondSettled(f"Of this settlement {left} minor units are left, not {amount_minor}.")
        document.open_minor += amount_minor
        document.save(update_fields=["open_minor"])
        return Settlement.objects.create(
            document=document, payment_id=settlement.payment_id, amount_minor=-amount_minor, settled_at=at, reverses=settlement
        )


def write_off(*, document: Document, reason: str, on: date, at: datetime, actor: User | None) -> Settlement:
    """Give up what is open on `document`: it is settled against write-offs, and stays on the timeline.

    Raises:
        NotOpen: nothing is owed on it.
    """
    with transaction.atomic():
        locking.lock_payers([document.customer_id])
        document.refresh_from_db(fields=["open_minor"])
        if not document.open_minor:
            raise NotOpen(_("Nothing is owed on {document}.").format(document=document))
        part, currency, payer = document.open_minor, document.currency, document.customer
        turn = document.settlements.count()
        posting.post(
            what="written_off", about_ref=str(document.ref), key=f"write-off:{document.ref}:{turn}", on=on, at=at,
            postings=[
                PostingLine(posting.WRITE_OFF, part, currency, payer, document),
                PostingLine(posting.RECEIVABLE, -part, currency, payer, document),
            ],
        )  # fmt: skip
        facts = {"amount": str(Money(part, currency)), "reason": reason}
        recording.record(payer, "billing.written_off", actor=actor, at=at, about=document, facts=facts)
        return settle(document=document, amount_minor=part, at=at)


def apply_account_credit(document: Document, at: datetime) -> Settlement | None:
    """Use the credit the payer holds with this seller for what is open on `document`; None when there is neither."""
    with transaction.atomic():
        locking.lock_payers([document.customer_id])
        seller, currency = document.legal_entity.code, document.currency
        document.refresh_from_db(fields=["open_minor"])
        held = balances.credit_with(document.customer, seller_code=seller, currency=currency)
        part = min(held, document.open_minor)
        if part <= 0:
            return None
        posting.post(
            what="account_credit_used",
            about_ref=str(document.ref),
            key=f"account-credit:{document.ref}:{document.settlements.count()}",
            postings=[
                PostingLine(posting.CUSTOMER_CREDIT, part, currency, document.customer, document, detail=seller),
                PostingLine(posting.RECEIVABLE, -part, currency, document.customer, document),
            ],
            on=document.issued_on or local_day(at, document.customer.timezone),
            at=at,
        )
        return settle(document=document, amount_minor=part, at=at)
