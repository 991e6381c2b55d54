"""Sending back: what is left of a payment, written down as a refund to where it came from; the gateway is asked afterwards.

Whoever decides has decided: a customer within policy (offering_back.py), or an agent's remedy.
"""

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.people.models import User
from billing.anomalies import finding as findings
from billing.anomalies.kept_money import Kept
from billing.anomalies.models import Finding
from billing.invoices.documents.wording import language_of
from billing.payments import refunds
from billing.payments.bank.models import BankLine
from billing.payments.models import Payment, Refund

DETECTORS: Final = ("double_payment", "unapplied_money")


def start(*, actor: User, kept: Kept, at: datetime) -> Refund:
    """Write down the refund of what is kept and close what was found about it, in the caller's transaction.

    Its reason stands on what the payer gets, so it is in the payer's language, whoever decided.

    The caller holds the payer (locking.lock_payers) since before `kept` was read, and calls `refunds.carry_out` after it was
    committed; where that never happens, the forgotten ones are sent later.

    Raises:
        Refusal: the credit was used since.
    """
    payment = kept.payment
    with translation.override(language_of(payment.payer.language)):
        reason = _("Paid twice") if kept.paid_twice else _("Paid too much")
    started = refunds.start(
        actor=actor, payment=payment, amount_minor=kept.amount.amount_minor, reason=reason, at=at, by_policy=True,
        key=uuid5(NAMESPACE_OID, f"accord kept {payment.ref} {payment.refunds.count()}"), held_with=kept.with_sellers,
    )  # fmt: skip
    close(payment, actor, at)
    return started


def close(payment: Payment, actor: User, at: datetime) -> None:
    """Close what was found about a payment's money, and what its bank line brought too much: it is answered."""
    BankLine.objects.over().filter(payment=payment).update(over_settled_at=at)
    for found in Finding.objects.filter(payment=payment, detector__in=DETECTORS, status=Finding.Status.OPEN):
        findings.settle(found, at, actor)
