"""Giving back: what a finding says of a payment's money, put right: refunded to where it came from, or used for what is open."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.anomalies import finding as findings
from billing.anomalies import kept_money
from billing.anomalies.finding import AlreadySettled
from billing.anomalies.kept_money import Kept
from billing.anomalies.models import Finding
from billing.invoices import settling
from billing.invoices.models import Document, Settlement
from billing.ledger import locking
from billing.payments import refunds
from billing.payments.bank import overpaid
from billing.payments.bank.models import BankLine
from billing.payments.models import Payment, Refund


class NoMoneyBehind(Refusal):
    """The finding is about a line, not about a payment."""

    code = "no_money_behind"


def refund(*, actor: User, finding: Finding, at: datetime) -> Refund:
    """Give back to where it came from what is left of the money now, and close the finding; once, however often it is asked.

    Raises:
        AlreadySettled: it was put right or dismissed before.
        NothingKept: the credit was used since.
        Refusal: `actor` does not keep the books.
    """
    payment = _payment(actor, finding)
    with transaction.atomic():
        locking.lock_payers([payment.payer_id])
        kept = kept_money.of(payment)
        line = BankLine.objects.over().filter(payment=payment, over_minor=kept.amount.amount_minor).first()
        started = overpaid.start(actor=actor, line=line, at=at) if line else _started(actor, finding, kept, at)
    made = refunds.carry_out(started.pk, at)
    if made.status != Refund.Status.DECLINED:
        findings.settle(finding, at, actor)
    return made


def _started(actor: User, finding: Finding, kept: Kept, at: datetime) -> Refund:
    key = uuid5(NAMESPACE_OID, f"accord finding {finding.ref} {finding.found_at.isoformat()} {kept.payment.refunds.count()}")
    return refunds.start(
        actor=actor, payment=kept.payment, amount_minor=kept.amount.amount_minor, reason=f"Finding {finding}", at=at, key=key,
        held_with=kept.with_sellers,
    )  # fmt: skip


def use(*, actor: User, finding: Finding, at: datetime) -> list[Settlement]:
    """Use the money for what the payer owes, the oldest invoice first, and close the finding when nothing of it is left.

    Raises:
        AlreadySettled: it was put right or dismissed before.
    """
    payment = _payment(actor, finding)
    with transaction.atomic():
        locking.lock_payers([payment.payer_id])
        owed = Document.objects.open().filter(customer=payment.payer_id, currency=payment.currency)
        paid = [settling.apply_account_credit(document, at) for document in owed.order_by("due_on", "pk")]
        used = [settlement for settlement in paid if settlement]
        if used and not kept_money.is_left_of(payment):
            findings.settle(finding, at, actor)
        BankLine.objects.over().filter(payment=payment).update(over_settled_at=at)
        return used


def _payment(actor: User, finding: Finding) -> Payment:
    access.decide(actor, access.KEEP_BOOKS, finding.customer).or_refuse()
    if finding.payment is None:
        raise NoMoneyBehind(_("{finding} is about a line of an invoice; it is put right by a credit.").format(finding=finding))
    if finding.status != Finding.Status.OPEN:
        raise AlreadySettled(
            _("{finding} is {status} already.").format(finding=finding, status=finding.get_status_display().lower())
        )
    return finding.payment
