"""Receiving: money that reached us without our asking a gateway, such as a bank transfer, and charges taken back by a bank.

A payment received settles the invoices it names, or the payer's oldest open ones; what no invoice takes becomes the payer's
credit. A charge-back gives the money back to where it came from and has the invoices owed again. Amounts are minor units.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import LegalEntity
from billing.invoices.models import Document, Settlement
from billing.ledger import locking, posting
from billing.ledger.models import Entry, Posting
from billing.ledger.posting import PostingLine
from billing.money import Money
from billing.payments import reopening, settlement
from billing.payments.models import Payment, PaymentShare


class NothingReceived(Refusal):
    """A payment is above zero."""

    code = "nothing_received"


class NotToBeUndone(Refusal):
    """What became of a payment since stands against undoing it."""

    code = "not_to_be_undone"


class NotCharged(Refusal):
    """Only a payment that succeeded can be taken back by its bank."""

    code = "not_charged"


def receive(
    *,
    actor: User | None,
    payer: Customer,
    amount: Money,
    seller: LegalEntity,
    key: UUID,
    at: datetime,
    documents: Iterable[Document] | None = None,
    channel: str = "bank",
    label: str = "Bank transfer",
) -> Payment:
    """Keep a payment that reached us and settle with it; repeating the call with the same key returns the first one.

    Without `documents` the oldest open invoices of the payer with this seller are settled first. With them, what they do not
    take (paid already, or too much) becomes credit of the payer, and the last of them says what it was meant for.

    Raises:
        NothingReceived: the amount is not above zero.
    """
    if amount.amount_minor <= 0:
        raise NothingReceived(_("A payment is above zero."))
    with transaction.atomic():
        named = None if documents is None else [document.pk for document in documents]
        owing = Document.objects.filter(pk__in=named or []).values_list("customer_id", flat=True)
        locking.lock_payers([payer.pk, *owing])
        if earlier := Payment.objects.filter(key=key).first():
            return earlier
        payment = Payment.objects.create(
            ref=numbering.next_ref("P"), key=key, payer=payer, paid_by=actor, gateway=channel, method_label=label, token="",
            amount_minor=amount.amount_minor, currency=amount.currency, status=Payment.Status.SUCCEEDED, started_at=at,
            settled_at=at, gateway_ref=f"{channel}:{key}",
        )  # fmt: skip
        _share_out(payment, seller, named)
        settlement.settle_payment(payment, at, keeper=seller.code, told_as="billing.payment_received")
        return payment


def refused(*, payer: Customer, amount: Money, reason: str, key: UUID, at: datetime, channel: str, label: str) -> Payment:
    """Keep a payment that failed elsewhere, so that it can be looked at; no money moved."""
    if amount.amount_minor <= 0:
        raise NothingReceived(_("A payment is above zero."))
    return Payment.objects.create(
        ref=numbering.next_ref("P"), key=key, payer=payer, gateway=channel, method_label=label, token="",
        amount_minor=amount.amount_minor, currency=amount.currency, status=Payment.Status.DECLINED, decline_reason=reason,
        started_at=at, settled_at=at,
    )  # fmt: skip


def charge_back(*, payment: Payment, amount_minor: int, key: str, at: datetime) -> list[Settlement]:
    """Give `amount_minor` of a payment back because its bank took it, once per `key`; return what is owed again.

    What stood on no invoice is taken out of the payer's credit; see reopening.py.

    Raises:
        NotCharged: the payment did not succeed.
        BeyondPayment: more than was not given back to its origin yet, or than could be owed again.
    """
    with transaction.atomic():
        settlement.lock_for(payment)
        payment = Payment.objects.select_for_update(of=("self",)).select_related("payer").get(pk=payment.pk)
        if (earlier := _done_before(f"charge_back:{key}", payment)) is not None:
            return earlier
        if payment.status != Payment.Status.SUCCEEDED:
            raise NotCharged(
                _("{payment} is {status}: no bank can take it back.").format(
                    payment=payment, status=payment.get_status_display().lower()
                )
            )
        left = settlement.left_at_origin(payment)
        if not 0 < amount_minor <= left:
            raise reopening.BeyondPayment(
                _("Of {payment} only {left} minor units were not given back yet, not {amount_minor}.").format(
                    payment=payment, left=left, amount_minor=amount_minor
                )
            )
        moved = reopening.take(payment, amount_minor, left_minor=left, at=at)
        _post(payment, moved, -amount_minor, what="charge_back", key=f"charge_back:{key}", at=at)
        facts = {"amount": str(Money(amount_minor, payment.currency))}
        recording.record(payment.payer, "billing.payment_charged_back", actor=None, at=at, about=payment, facts=facts)
        return moved.settlements


def charged_back_with(key: str) -> int:
    """Return how much the charge-back with this key took; zero when none stands in the books."""
    taken = Posting.objects.filter(entry__key=f"charge_back:{key}", account=Posting.Account.CLEARING)
    return -sum(taken.values_list("amount_minor", flat=True))


def reverse_charge_back(*, payment: Payment, amount_minor: int, key: str, at: datetime) -> list[Settlement]:
    """Take back a charge-back that was decided for us, once per `key`; return what is settled again.

    What was paid otherwise meanwhile becomes credit of the payer; what was written off meanwhile is no longer lost.

    Raises:
        BeyondPayment: more than was charged back.
    """
    with transaction.atomic():
        settlement.lock_for(payment)
        if (earlier := _done_before(f"charge-back-reversed:{key}", payment)) is not None:
            return earlier
        if not 0 < amount_minor <= settlement.charged_back(payment):
            raise reopening.BeyondPayment(
                _("No more than what was charged back of {payment} can come back.").format(payment=payment)
            )
        moved = reopening.give(payment, amount_minor, at)
        _post(payment, moved, amount_minor, what="charge_back_reversed", key=f"charge-back-reversed:{key}", at=at)
        facts = {"amount": str(Money(amount_minor, payment.currency))}
        recording.record(payment.payer, "billing.charge_back_reversed", actor=None, at=at, about=payment, facts=facts)
        return [settled for settled in moved.settlements if settled.amount_minor > 0]


def _post(payment: Payment, moved: reopening.Moved, amount_minor: int, *, what: str, key: str, at: datetime) -> None:
    """Post what moved against the gateway that gave it back or took it, in one entry."""
    sides = [*moved.sides, PostingLine(posting.CLEARING, amount_minor, payment.currency, detail=payment.gateway)]
    on = local_day(at, payment.payer.timezone)
    posting.post(what=what, about_ref=payment.ref, key=key, postings=sides, on=on, at=at)


def take_back(*, payment: Payment, key: str, at: datetime, actor: User | None) -> None:
    """Undo a payment that was received by mistake: what it settled is owed again, what was kept of it as credit is gone.

    All of it or nothing, once per `key`.

    Raises:
        NotToBeUndone: part of it was given back, charged back, or used as credit since.
    """
    with transaction.atomic():
        settlement.lock_for(payment)
        payment = Payment.objects.select_for_update(of=("self",)).select_related("payer").get(pk=payment.pk)
        if Entry.objects.filter(key=f"payment_undone:{key}").exists():
            return
        if payment.refunded_minor or settlement.charged_back(payment):
            raise NotToBeUndone(_("Part of {payment} was given back since; it can no longer be undone.").format(payment=payment))
        settled = sum(Settlement.objects.filter(payment=payment).values_list("amount_minor", flat=True))
        _reopened, sides = reopening.reopen_latest(payment, settled, at) if settled else ([], [])
        sides += _credit_taken_back(payment, payment.amount_minor - settled)
        sides.append(PostingLine(posting.CLEARING, -payment.amount_minor, payment.currency, detail=payment.gateway))
        on = local_day(at, payment.payer.timezone)
        posting.post(what="payment_undone", about_ref=payment.ref, key=f"payment_undone:{key}", postings=sides, on=on, at=at)
        facts = {"amount": str(Money(payment.amount_minor, payment.currency))}
        recording.record(payment.payer, "billing.payment_undone", actor=actor, at=at, about=payment, facts=facts)


def _credit_taken_back(payment: Payment, amount_minor: int) -> list[PostingLine]:
    """Return the sides that take back what the payment left as credit, seller by seller."""
    sides = reopening.credit_taken(payment, amount_minor)
    if sum(side.amount_minor for side in sides) < amount_minor:
        raise NotToBeUndone(
            _("What {payment} left as credit was used since; it can no longer be undone.").format(payment=payment)
        )
    return sides


def _done_before(key: str, payment: Payment) -> list[Settlement] | None:
    """Return what the entry `key` reopened or settled of `payment` when it was posted before; nothing if it was not."""
    entry = Entry.objects.filter(key=key, about_ref=payment.ref).first()
    if entry is None:
        return None
    documents = entry.postings.exclude(document=None).values("document")
    moved = Settlement.objects.filter(payment=payment, document__in=documents, settled_at=entry.posted_at)
    settled_again = entry.what == "charge_back_reversed"
    return list((moved.filter(amount_minor__gt=0) if settled_again else moved.filter(amount_minor__lt=0)).order_by("pk"))


def _share_out(payment: Payment, seller: LegalEntity, named: list[int] | None) -> None:
    """Say what the payment is meant for: the named invoices in their order, the last of them all the rest; else the oldest."""
    issued = Document.objects.issued().invoices().filter(currency=payment.currency)
    if named is None:
        chosen = list(issued.open().filter(customer=payment.payer, legal_entity=seller).order_by("due_on", "pk"))
    else:
        found = issued.in_bulk(named)
        chosen = [found[key] for key in named if key in found]
    shares: dict[Document, int] = {}
    left = payment.amount_minor
    for document in chosen:
        shares[document] = min(left, document.open_minor)
        left -= shares[document]
    if named and chosen:
        shares[chosen[-1]] += left
    PaymentShare.objects.bulk_create(
        PaymentShare(payment=payment, document=document, amount_minor=part) for document, part in shares.items() if part
    )
