"""Offering back: what customers do themselves with money of theirs that pays for nothing: a double or an overpayment.

Three answers, each one click and done once: back to where it came from, as far as policy lets customers do so alone; pay what
is open; or keep it as credit for the next invoice. What is still there is read from the books (kept_money.py).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import writing
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.policies import resolving
from billing.anomalies import finding as findings
from billing.anomalies import kept_money, sending_back
from billing.anomalies.kept_money import Kept, NothingKept
from billing.anomalies.models import Finding
from billing.invoices import settling
from billing.invoices.models import Document
from billing.ledger import locking
from billing.money import Money
from billing.payments import gateways, refunds
from billing.payments.bank.models import BankLine
from billing.payments.models import Payment, Refund

LIMIT: Final = "self_service.refund_limit"


class NothingOpen(Refusal):
    """No invoice is open that the money could pay."""

    code = "nothing_open"


@dataclass(frozen=True)
class Offer:
    """Money of a payment that pays for nothing, and whether it may be sent back without waiting for anybody."""

    kept: Kept
    refundable: Decision


def offers(payers: QuerySet[Customer], *, viewer: User, at: datetime) -> list[Offer]:
    """Return what these payers hold of payments that pays for nothing and was not answered yet, oldest first."""
    paid = Payment.objects.filter(payer__in=payers, status=Payment.Status.SUCCEEDED)
    found = kept_money.by(list(paid.order_by().values_list("payer", flat=True).distinct()))
    known = Finding.objects.filter(payment__in=[kept.payment for kept in found], detector__in=sending_back.DETECTORS)
    answered = set(known.filter(status=Finding.Status.DISMISSED).values_list("payment", flat=True))
    waiting = [kept for kept in found if kept.payment.pk not in answered]
    concerned = {kept.payment.payer_id for kept in waiting}
    pays_for = set(access.customers_within_reach(viewer, access.PAY).filter(pk__in=concerned).values_list("pk", flat=True))
    said = _said({kept.payment.payer for kept in waiting}, at)
    return [Offer(kept, _decided(kept, pays_for, said[kept.payment.payer_id])) for kept in waiting]


def of_payment(payment: Payment, *, viewer: User, at: datetime) -> Offer | None:
    """Return the offer of one payment; None when nothing of it is left over, or it was answered."""
    alone = Customer.objects.filter(pk=payment.payer_id)
    return next((offer for offer in offers(alone, viewer=viewer, at=at) if offer.kept.payment == payment), None)


def decide(actor: User, kept: Kept, at: datetime) -> Decision:
    """Say whether `actor` may send the money back alone: they pay for the payer, and policy goes that far."""
    payer = kept.payment.payer
    within = access.customers_within_reach(actor, access.PAY).filter(pk=payer.pk).exists()
    return _decided(kept, {payer.pk} if within else set(), resolving.resolve(payer, LIMIT, local_day(at, payer.timezone)))


def _said(payers: set[Customer], at: datetime) -> dict[int, resolving.Resolved]:
    """Return what policy says to each payer on its own day."""
    by_day: dict[date, list[int]] = {}
    for payer in payers:
        by_day.setdefault(local_day(at, payer.timezone), []).append(payer.pk)
    resolved = [resolving.resolve_many(keys, day, [LIMIT]) for day, keys in by_day.items()]
    return {key: found[LIMIT] for answers in resolved for key, found in answers.items()}


def _decided(kept: Kept, pays_for: set[int], said: resolving.Resolved) -> Decision:
    if kept.payment.payer_id not in pays_for:
        return refused("not_within_reach", _("Only who pays for {payer} says so.").format(payer=kept.payment.payer))
    if kept.payment.gateway not in gateways.GATEWAYS:
        words = _("It came in a way in which nothing can be sent back by a click: write to us with your account.")
        return refused("no_way_back", words, approver="finance")
    most = Money.of((said.value or {}).get(kept.amount.currency, "0"), kept.amount.currency)
    if kept.amount.amount_minor > most.amount_minor:
        words = _("Over {most} one of our people sends it back: write to us, it takes a working day.")
        return refused("over_self_service", words.format(**writing.told(most=most)), approver="finance")
    return Decision(allowed=True, source=said.source.ref)


def send_back(*, actor: User, payment: Payment, at: datetime) -> Refund:
    """Refund what is left of a payment to where it came from; asked twice it is done once.

    Raises:
        NothingKept: nothing is left of it.
        Refusal: policy leaves it to a person, or the credit was used since.
        RuntimeError: called inside a transaction; the gateway never is.
    """
    with transaction.atomic():
        locking.lock_payers([payment.payer_id])
        kept = kept_money.of(payment)
        decide(actor, kept, at).or_refuse()
        started = sending_back.start(actor=actor, kept=kept, at=at)
    return refunds.carry_out(started.pk, at)


def use(*, actor: User, payment: Payment, at: datetime) -> list[Document]:
    """Use what is left of a payment for what the payer owes, the oldest invoice first; return what was paid.

    Raises:
        NothingKept, NothingOpen: there is nothing to use, or nothing to use it for.
        Refusal: `actor` does not pay for the payer.
    """
    access.decide(actor, access.PAY, payment.payer).or_refuse()
    with transaction.atomic():
        locking.lock_payers([payment.payer_id])
        owed = kept_money.of(payment).could_pay
        paid = [document for document in owed if settling.apply_account_credit(document, at)]
        if not paid:
            raise NothingOpen(_("Nothing is open that it could pay. Keep it for the next invoice."))
        BankLine.objects.over().filter(payment=payment).update(over_settled_at=at)
        if not kept_money.is_left_of(payment):
            sending_back.close(payment, actor, at)
        return paid


def keep(*, actor: User, payment: Payment, at: datetime) -> Finding:
    """Leave what is left of a payment as credit for the next invoice: it is offered no more.

    Raises:
        NothingKept: nothing is left of it, or it was answered.
        Refusal: `actor` does not pay for the payer.
    """
    access.decide(actor, access.PAY, payment.payer).or_refuse()
    with transaction.atomic():
        locking.lock_payers([payment.payer_id])
        kept_money.of(payment)
        findings.find_for([payment.payer], at=at)
        open_ones = Finding.objects.filter(payment=payment, detector__in=sending_back.DETECTORS, status=Finding.Status.OPEN)
        found = open_ones.order_by("pk").first()
        if found is None:
            raise NothingKept(_("This was answered before."))
        BankLine.objects.over().filter(payment=payment).update(over_settled_at=at)
        return findings.answer(actor=actor, finding=found, words=_("Kept as credit by the customer"), at=at)
