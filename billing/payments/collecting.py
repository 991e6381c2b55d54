"""Collecting: take a payment for invoices through a gateway.

`start` writes the attempt down, `carry_out` sends it and records the answer, `ask_unknown` resolves what was left without
one. Amounts are minor units of one currency, read from the invoices under their lock. See attempts.py for the steps.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document
from billing.money import Money
from billing.payments import attempts, gateways, selectors, settlement
from billing.payments.gateways.base import Answer, KeyReused, Outcome, PayableBy
from billing.payments.models import Autopay, Payment, PaymentShare


class NothingToPay(Refusal):
    """No invoice was chosen."""

    code = "nothing_to_pay"


class NotYours(Refusal):
    """An invoice belongs to a customer for whom the actor may not pay."""

    code = "not_within_reach"


class NoCommonPayer(Refusal):
    """No customer within the actor's reach stands above all the chosen invoices."""

    code = "no_common_payer"


class NotPayable(Refusal):
    """Only issued invoices are paid."""

    code = "not_payable"


class AlreadyPaid(Refusal):
    """Nothing is owed on the invoice any more."""

    code = "already_paid"


class BeingPaid(Refusal):
    """Another payment of unknown outcome holds the invoice."""

    code = "being_paid"


class MixedCurrencies(Refusal):
    """One payment has one currency."""

    code = "mixed_currencies"


class AmountChanged(Refusal):
    """What is owed is no longer what the payer saw or asked to pay."""

    code = "amount_changed"


def start(
    *,
    actor: User | None,
    payer: Customer,
    documents: Iterable[Document],
    method: PayableBy,
    key: UUID,
    at: datetime,
    amounts: Mapping[int, int] | None = None,
    confirmed_minor: int | None = None,
    autopay: Autopay | None = None,
    part_reason: str = "",
) -> Payment:
    """Write down that `payer` pays what is open on `documents`; the gateway is not called yet.

    `amounts` pays less of some (by document id), and `part_reason` says why; `confirmed_minor` is the total the payer saw,
    refused when it changed. Repeating a call with the same `key` returns the first payment. Without an actor the system pays;
    `autopay` is the order by which it does.

    Raises:
        Refusal: one of the refusals of this module, or KeyReused when the key named another payment before.
    """
    wanted = sorted({document.pk for document in documents})
    gateways.by_code(method.gateway)
    with transaction.atomic():
        locked = _locked(wanted)
        _refuse_unless_within_reach(actor, payer, locked)
        if earlier := _earlier(key, actor, payer, wanted, confirmed_minor):
            return earlier
        shares = _shares(locked, amounts or {})
        _refuse_unless_confirmed(shares, confirmed_minor)
        payment = _create(actor, payer, method, key, at, shares, autopay, part_reason)
        why = {"part_reason": part_reason} if part_reason else {}
        _tell(payment, "billing.payment_started", at, settlement.facts_of(payment, shares) | why)
        return payment


def _locked(document_ids: list[int]) -> list[Document]:
    documents = Document.objects.select_for_update(of=("self",)).select_related("customer")
    return list(documents.filter(pk__in=document_ids).order_by("pk"))


def _refuse_unless_within_reach(actor: User | None, payer: Customer, documents: list[Document]) -> None:
    if not documents:
        raise NothingToPay(_("Choose at least one invoice to pay."))
    if actor is None:
        return
    access.decide(actor, access.PAY, payer).or_refuse()
    customers = {document.customer_id for document in documents}
    if access.customers_within_reach(actor, access.PAY).filter(pk__in=customers).count() < len(customers):
        raise NotYours(_("You may not pay for the customer of one of these invoices."))


def _earlier(key: UUID, actor: User | None, payer: Customer, documents: list[int], confirmed_minor: int | None) -> Payment | None:
    """Return the payment this key made before, when it was for the same."""
    payment = Payment.objects.filter(key=key).first()
    if payment is None:
        return None
    named = list(payment.shares.order_by("document_id").values_list("document_id", flat=True))
    meant = payment.amount_minor if confirmed_minor is None else confirmed_minor
    told = (payment.paid_by_id, payment.payer_id, named, payment.amount_minor)
    if told != (actor.pk if actor else None, payer.pk, documents, meant):
        raise KeyReused(_("This form was sent before, for another payment. Load the page again."))
    return payment


def _shares(documents: list[Document], amounts: Mapping[int, int]) -> dict[Document, int]:
    if len({document.currency for document in documents}) > 1:
        raise MixedCurrencies(_("Invoices in different currencies are paid one currency at a time."))
    _refuse_unless_payable(documents)
    shares = {document: amounts.get(document.pk, document.open_minor) for document in documents}
    for document, amount_minor in shares.items():
        if not 0 < amount_minor <= document.open_minor:
            raise AmountChanged(
                _("On {document} {money} is open; pay at most that.").format(
                    document=document, money=Money(document.open_minor, document.currency)
                )
            )
    return shares


def _refuse_unless_payable(documents: list[Document]) -> None:
    held = selectors.being_checked(documents)
    for document in documents:
        if document.kind != Document.Kind.INVOICE or document.status != Document.Status.ISSUED:
            raise NotPayable(_("{document} is not an invoice that can be paid.").format(document=document))
        if document.pk in held:
            raise BeingPaid(
                _("{document} is being paid already: {held} is still being checked.").format(
                    document=document, held=held[document.pk]
                )
            )
        if not document.open_minor:
            raise AlreadyPaid(_("{document} is already paid.").format(document=document))


def _refuse_unless_confirmed(shares: dict[Document, int], confirmed_minor: int | None) -> None:
    total = Money(sum(shares.values()), next(iter(shares)).currency)
    if confirmed_minor is not None and confirmed_minor != total.amount_minor:
        raise AmountChanged(_("What is owed changed to {total} since you looked. Look again before you pay.").format(total=total))


def _create(
    actor: User | None,
    payer: Customer,
    method: PayableBy,
    key: UUID,
    at: datetime,
    shares: dict[Document, int],
    autopay: Autopay | None,
    part_reason: str,
) -> Payment:
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                ref=numbering.next_ref("P"),
                key=key,
                payer=payer,
                paid_by=actor,
                gateway=method.gateway,
                method_label=method.label,
                token=method.token,
                amount_minor=sum(shares.values()),
                currency=next(iter(shares)).currency,
                started_at=at,
                autopay=autopay,
                part_reason=part_reason[:200],
            )
    except IntegrityError as fault:
        raise KeyReused(_("This form was sent before, for another payment. Load the page again.")) from fault
    PaymentShare.objects.bulk_create(
        PaymentShare(payment=payment, document=document, amount_minor=amount_minor) for document, amount_minor in shares.items()
    )
    return payment


def carry_out(payment_id: int, at: datetime) -> Payment:
    """Send a started payment to its gateway and record the answer; a payment that was sent before is returned as it is.

    Raises:
        RuntimeError: called inside a transaction; a gateway never is.
    """
    payment = attempts.claim_to_send(Payment.objects, payment_id, at)
    if payment is None:
        return Payment.objects.get(pk=payment_id)
    answer = _send(payment)
    if answer.outcome == Outcome.UNKNOWN:
        with transaction.atomic():
            _tell(payment, "billing.payment_unknown", at, settlement.facts_of(payment))
    return _record(payment, answer, at)


def send_forgotten(*, at: datetime, limit: int = 50) -> int:
    """Send payments that were started and never sent, because the process died in between; return how many."""
    waiting = attempts.forgotten(Payment.objects, at=at, limit=limit)
    return len([carry_out(payment_id, at) for payment_id in waiting])


def ask_unknown(*, at: datetime, limit: int = 50) -> int:
    """Ask the gateways for the outcome of sent payments that have none; return how many are resolved now.

    A payment its gateway has never seen is sent again under the same key, which is still the same attempt.
    """
    slow = Q(gateway__in=gateways.SLOW)
    claimed = attempts.claim_unanswered(Payment.objects, slow=slow, at=at, limit=limit)
    outcomes = [_record(payment, _ask(payment), at) for payment in claimed]
    return sum(payment.status != attempts.UNKNOWN for payment in outcomes)


def hear(payment: Payment, at: datetime) -> Payment:
    """Record what the gateway of a sent payment knows by now, because it has told us that there is news.

    Raises:
        RuntimeError: called inside a transaction; a gateway is asked outside.
    """
    answer = gateways.by_code(payment.gateway).ask(key=str(payment.key))
    return payment if answer.outcome == Outcome.NEVER_SEEN else _record(payment, answer, at)


def _ask(payment: Payment) -> Answer:
    answer = gateways.by_code(payment.gateway).ask(key=str(payment.key))
    return _send(payment) if answer.outcome == Outcome.NEVER_SEEN else answer


def _send(payment: Payment) -> Answer:
    amount = Money(payment.amount_minor, payment.currency)
    return gateways.by_code(payment.gateway).collect(key=str(payment.key), amount=amount, token=payment.token)


def _record(sent: Payment, answer: Answer, at: datetime) -> Payment:
    """Write down what the gateway said; what another process recorded first stands."""
    with transaction.atomic(durable=True):
        settlement.lock_for(sent)
        payment = Payment.objects.select_for_update(of=("self",)).select_related("payer", "paid_by").get(pk=sent.pk)
        status = attempts.STATUS_OF[answer.outcome]
        if payment.status != attempts.UNKNOWN or status == attempts.UNKNOWN:
            return payment
        attempts.step(payment, status, gateway_ref=answer.gateway_ref, decline_reason=answer.reason[:200], settled_at=at)
        if status == attempts.SUCCEEDED:
            settlement.settle_payment(payment, at)
        else:
            _tell(payment, "billing.payment_declined", at, settlement.facts_of(payment) | {"reason": answer.reason})
        return payment


def _tell(payment: Payment, kind: str, at: datetime, facts: dict[str, Any]) -> None:
    recording.record(payment.payer, kind, actor=payment.paid_by, at=at, about=payment, facts=facts)


def payer_for(actor: User, documents: Iterable[Document]) -> Customer:
    """Return who pays `documents` in one payment: the nearest customer above all of theirs for whom `actor` may pay.

    Raises:
        NothingToPay: no document.
        NoCommonPayer: they share no such customer; pay them apart.
    """
    customers = {document.customer for document in documents}
    if not customers:
        raise NothingToPay(_("Choose at least one invoice to pay."))
    within_reach = access.customers_within_reach(actor, access.PAY)
    above = within_reach.filter(
        tree_id=next(iter(customers)).tree_id,
        lft__lte=min(customer.lft for customer in customers),
        rght__gte=max(customer.rght for customer in customers),
    )
    payer = above.order_by("-lft").first() if len({customer.tree_id for customer in customers}) == 1 else None
    if payer is None:
        raise NoCommonPayer(_("You may not pay for all of these together. Pay them one customer at a time."))
    return payer
