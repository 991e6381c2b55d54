"""Refunds: credit given back to where the payment came from, or to the account of the one who paid.

What is given back is credit the customer holds (from a credit note or a double payment): a refund pays that credit out and
reopens no invoice, unless it `reopens`: then nothing was credited, and what the payment settled last is owed again. Together
the refunds of a payment never exceed it (database). What is given back is taken when the refund is written down, so it cannot
be spent twice while the gateway is asked; a refund that is declined, or comes back later, puts it back. Amounts are minor
units of the payment's currency. See attempts.py for the steps.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.ledger import balances, locking, posting
from billing.ledger.models import Entry, Posting
from billing.ledger.posting import PostingLine
from billing.money import Money
from billing.payments import attempts, gateways, reopening, settlement
from billing.payments.gateways.base import Answer, KeyReused, Outcome
from billing.payments.models import Payment, Refund

ORIGIN, CREDIT = Refund.To.ORIGIN, Refund.To.CREDIT


class NotRefundable(Refusal):
    """Only a payment that succeeded can be given back, to a customer it was made by or for."""

    code = "not_refundable"


class RefundExceedsPayment(Refusal):
    """More would be given back than is left of the payment."""

    code = "refund_exceeds_payment"


class RefundExceedsCredit(Refusal):
    """More would be given back than the customer holds in credit with the sellers this payment went to."""

    code = "refund_exceeds_credit"


class AlreadyCredit(Refusal):
    """The amount already stands as credit on the account it was to go to."""

    code = "already_credit"


def refund(
    *,
    actor: User | None,
    payment: Payment,
    amount_minor: int,
    reason: str,
    key: UUID,
    at: datetime,
    to: str = ORIGIN,
    customer: Customer | None = None,
    reopens: bool = False,
) -> Refund:
    """Give `amount_minor` of `payment` back and return the refund, whose outcome may still be unknown.

    `customer` says whose credit it is (the one who paid, if not said). With `reopens` no credit is paid out: what the payment
    settled last is owed again. Repeating a call with the same `key` refunds once.

    Raises:
        Refusal: one of the refusals of this module, or KeyReused when the key named another refund before.
        RuntimeError: called inside a transaction; there, call `start`, and `carry_out` after it was committed.
    """
    started = start(
        actor=actor, payment=payment, amount_minor=amount_minor, reason=reason, key=key, at=at, to=to, customer=customer,
        reopens=reopens,
    )  # fmt: skip
    return carry_out(started.pk, at)


def start(
    *,
    actor: User | None,
    payment: Payment,
    amount_minor: int,
    reason: str,
    key: UUID,
    at: datetime,
    to: str = ORIGIN,
    customer: Customer | None = None,
    reopens: bool = False,
    by_policy: bool = False,
    held_with: Mapping[str, int] | None = None,
) -> Refund:
    """Write the refund down and take the credit it pays out; the gateway is not called yet. See `refund`.

    `by_policy` says that policy let the actor do so, who need not keep the books then; `held_with` how much of the credit is
    taken at most from which seller.
    """
    owner = customer or payment.payer
    with transaction.atomic():
        if actor is not None and not by_policy:
            access.decide(actor, access.KEEP_BOOKS, owner).or_refuse()
        locking.lock_payers({owner.pk, *_concerned(payment)})
        payment = Payment.objects.select_for_update(of=("self",)).select_related("payer").get(pk=payment.pk)
        if earlier := _earlier(key, payment, owner, amount_minor, to, reopens):
            return earlier
        _refuse_unless_refundable(payment, owner, amount_minor, to)
        refund = _create(payment, owner, Money(amount_minor, payment.currency), reason, key, to, actor, at, reopens)
        _reopen(refund, at) if reopens else _take_credit(refund, held_with, at)
        return refund


def _concerned(payment: Payment) -> set[int]:
    """Return whose money a refund of `payment` may move."""
    return {payment.payer_id, *payment.shares.values_list("document__customer_id", flat=True)}


def _earlier(key: UUID, payment: Payment, owner: Customer, amount_minor: int, to: str, reopens: bool) -> Refund | None:
    """Return the refund this key made before, when it was the same."""
    earlier = Refund.objects.filter(key=key).first()
    if earlier is None:
        return None
    named = (earlier.payment_id, earlier.customer_id, earlier.amount_minor, earlier.to, earlier.reopens)
    if named != (payment.pk, owner.pk, amount_minor, to, reopens):
        raise KeyReused(_("This form was sent before, for another refund. Load the page again."))
    return earlier


def _refuse_unless_refundable(payment: Payment, owner: Customer, amount_minor: int, to: str) -> None:
    if payment.status != Payment.Status.SUCCEEDED:
        raise NotRefundable(
            _("{payment} is {status}: there is nothing to give back.").format(
                payment=payment, status=payment.get_status_display().lower()
            )
        )
    if owner != payment.payer and not payment.shares.filter(document__customer=owner).exists():
        raise NotRefundable(_("{payment} was neither made by {owner} nor for it.").format(payment=payment, owner=owner))
    if to == CREDIT and owner == payment.payer:
        raise AlreadyCredit(_("This already stands as credit on the account of {owner}.").format(owner=owner))
    if amount_minor <= 0:
        raise NotRefundable(_("A refund is above zero."))
    left = payment.amount_minor - payment.refunded_minor - settlement.charged_back(payment)
    if amount_minor > left:
        raise RefundExceedsPayment(
            _("Of {payment} {money} can still be given back.").format(payment=payment, money=Money(left, payment.currency))
        )


def _create(
    payment: Payment,
    owner: Customer,
    amount: Money,
    reason: str,
    key: UUID,
    to: str,
    actor: User | None,
    at: datetime,
    reopens: bool,
) -> Refund:
    _claim(payment, amount)
    try:
        with transaction.atomic():
            return Refund.objects.create(
                ref=f"{payment.ref}-R{payment.refunds.count() + 1}",
                key=key,
                payment=payment,
                to=to,
                customer=owner,
                amount_minor=amount.amount_minor,
                reopens=reopens,
                reason=reason[:200],
                refunded_by=actor,
                started_at=at,
            )
    except IntegrityError as fault:
        raise KeyReused(_("This form was sent before, for another refund. Load the page again.")) from fault


def _claim(payment: Payment, amount: Money) -> None:
    """Raise the payment's counter, unless that would exceed it: asked and done in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_payment SET refunded_minor = refunded_minor + %(part)s"
            " WHERE id = %(payment)s AND refunded_minor + %(part)s <= amount_minor",
            {"part": amount.amount_minor, "payment": payment.pk},
        )
        if not cursor.rowcount:
            left = Money(payment.amount_minor - payment.refunded_minor, payment.currency)
            raise RefundExceedsPayment(
                _("Of {payment} {left} can still be given back, not {amount}.").format(payment=payment, left=left, amount=amount)
            )


def _take_credit(refund: Refund, held_with: Mapping[str, int] | None, at: datetime) -> None:
    """Book the credit away, seller by seller: to the gateway, or to the account of the one who paid."""
    payment, sides, left = refund.payment, [], refund.amount_minor
    for seller in settlement.sellers(payment):
        held = balances.credit_with(refund.customer, seller_code=seller, currency=payment.currency)
        most = held if held_with is None else min(held, held_with.get(seller, 0))
        if part := min(left, max(most, 0)):
            sides.append(PostingLine(posting.CUSTOMER_CREDIT, part, payment.currency, refund.customer, detail=seller))
            sides.append(_other_side(refund, part, seller))
            left -= part
    if left:
        held_now = Money(refund.amount_minor - left, payment.currency)
        raise RefundExceedsCredit(
            _("{customer} holds {held_now} in credit that this payment could give back.").format(
                customer=refund.customer, held_now=held_now
            )
        )
    on = local_day(at, payment.payer.timezone)
    posting.post(what="refund", about_ref=refund.ref, key=_entry_key(refund), postings=sides, on=on, at=at)


def _reopen(refund: Refund, at: datetime) -> None:
    """Have what the payment settled last owed again, and book the money to the gateway."""
    payment = refund.payment
    _reopened, sides = reopening.reopen_latest(payment, refund.amount_minor, at)
    sides.append(PostingLine(posting.CLEARING, -refund.amount_minor, payment.currency, detail=payment.gateway))
    on = local_day(at, payment.payer.timezone)
    posting.post(what="refund", about_ref=refund.ref, key=_entry_key(refund), postings=sides, on=on, at=at)


def _other_side(refund: Refund, part: int, seller: str) -> PostingLine:
    payment = refund.payment
    if refund.to == CREDIT:
        return PostingLine(posting.CUSTOMER_CREDIT, -part, payment.currency, payment.payer, detail=seller)
    return PostingLine(posting.CLEARING, -part, payment.currency, detail=payment.gateway)


def _entry_key(refund: Refund) -> str:
    return f"refund:{refund.ref}"


def carry_out(refund_id: int, at: datetime) -> Refund:
    """Send a started refund and record the answer; a refund that was sent before is returned as it is.

    Raises:
        RuntimeError: called inside a transaction; a gateway never is.
    """
    refund = attempts.claim_to_send(Refund.objects, refund_id, at)
    if refund is None:
        return Refund.objects.get(pk=refund_id)
    return record_answer(refund, _send(refund), at)


def send_forgotten(*, at: datetime, limit: int = 50) -> int:
    """Send refunds that were started and never sent; return how many."""
    waiting = attempts.forgotten(Refund.objects, at=at, limit=limit)
    return len([carry_out(refund_id, at) for refund_id in waiting])


def ask_unknown(*, at: datetime, limit: int = 50) -> int:
    """Ask the gateways for the outcome of sent refunds that have none; return how many are resolved now."""
    slow = Q(payment__gateway__in=gateways.SLOW, to=ORIGIN)
    claimed = attempts.claim_unanswered(Refund.objects, slow=slow, at=at, limit=limit)
    outcomes = [record_answer(refund, _ask(refund), at) for refund in claimed]
    return sum(refund.status != attempts.UNKNOWN for refund in outcomes)


def hear(refund: Refund, at: datetime) -> Refund:
    """Record what the gateway of a sent refund knows by now, because it has told us that there is news.

    A refund that had succeeded and came back (the card is closed, the account is gone) is put back.
    """
    answer = _ask(refund)
    if refund.status == attempts.SUCCEEDED and answer.outcome == Outcome.DECLINED:
        return come_back(refund, answer, at)
    return record_answer(refund, answer, at)


def come_back(refund: Refund, answer: Answer, at: datetime) -> Refund:
    """Put a refund back that had succeeded and whose money returned to us; doing it again does nothing."""
    with transaction.atomic():
        locking.lock_payers({refund.customer_id, *_concerned(refund.payment)})
        known = Refund.objects.select_related("payment__payer", "customer")
        refund = known.select_for_update(of=("self",)).get(pk=refund.pk)
        if refund.status != attempts.SUCCEEDED or refund.to != ORIGIN:
            return refund
        attempts.step(refund, attempts.DECLINED, decline_reason=answer.reason[:200], settled_at=at)
        _put_back(refund, at)
        _tell_back(refund, answer, at)
        return refund


def _tell_back(refund: Refund, answer: Answer, at: datetime) -> None:
    amount = str(Money(refund.amount_minor, refund.payment.currency))
    facts = {"amount": amount, "payment": refund.payment.ref, "reason": answer.reason}
    recording.record(refund.customer, "billing.refund_came_back", actor=None, at=at, about=refund, facts=facts)
    recording.record(refund.customer, "finance.money_came_back", actor=None, at=at, about=refund, facts=facts, internal=True)


def _ask(refund: Refund) -> Answer:
    if refund.to == CREDIT:
        return _send(refund)
    answer = gateways.by_code(refund.payment.gateway).ask(key=str(refund.key))
    return _send(refund) if answer.outcome == Outcome.NEVER_SEEN else answer


def _send(refund: Refund) -> Answer:
    if refund.to == CREDIT:
        return Answer(Outcome.SUCCESS)
    payment = refund.payment
    amount = Money(refund.amount_minor, payment.currency)
    return gateways.by_code(payment.gateway).refund(key=str(refund.key), gateway_ref=payment.gateway_ref, amount=amount)


def record_answer(sent: Refund, answer: Answer, at: datetime) -> Refund:
    """Write down what the gateway said; what another process recorded first stands."""
    with transaction.atomic():
        locking.lock_payers({sent.customer_id, *_concerned(sent.payment)})
        known = Refund.objects.select_related("payment__payer", "customer", "refunded_by")
        refund = known.select_for_update(of=("self",)).get(pk=sent.pk)
        status = attempts.STATUS_OF[answer.outcome]
        if refund.status != attempts.UNKNOWN or status == attempts.UNKNOWN:
            return refund
        attempts.step(refund, status, gateway_ref=answer.gateway_ref, decline_reason=answer.reason[:200], settled_at=at)
        if status == attempts.SUCCEEDED:
            amount = str(Money(refund.amount_minor, refund.payment.currency))
            facts = {"amount": amount, "to": plain(refund, "to"), "payment": refund.payment.ref, "reason": refund.reason}
            recording.record(refund.customer, "billing.refund_made", actor=refund.refunded_by, at=at, about=refund, facts=facts)
        else:
            _put_back(refund, at)
            _tell_back(refund, answer, at)
        return refund


def _put_back(refund: Refund, at: datetime) -> None:
    """Undo what a declined refund had taken: the credit is the customer's again, or what was owed again is paid again."""
    payment = Payment.objects.select_for_update(of=("self",)).select_related("payer").get(pk=refund.payment_id)
    payment.refunded_minor -= refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
    entry = Entry.objects.get(key=_entry_key(refund))
    key, on = f"{_entry_key(refund)}:declined", local_day(at, payment.payer.timezone)
    if not refund.reopens:
        posting.reverse(entry=entry, key=key, on=on, at=at)
        return
    moved = reopening.Moved()
    for owed in _reopened(entry):
        if owed.document:
            reopening.stand_again(payment, owed.document, owed.amount_minor, moved, at)
    moved.sides.append(PostingLine(posting.CLEARING, refund.amount_minor, payment.currency, detail=payment.gateway))
    posting.post(what="refund_declined", about_ref=refund.ref, key=key, postings=moved.sides, on=on, at=at)


def _reopened(entry: Entry) -> list[Posting]:
    owed = entry.postings.filter(account=Posting.Account.RECEIVABLE).select_related(
        "document__customer", "document__legal_entity"
    )
    return list(owed.order_by("document_id"))
