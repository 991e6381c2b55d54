"""Overpaid: what a line brought beyond its invoices, given back to where it came from or kept as credit.

The money stands as credit of the payer since the line was matched; giving it back pays that credit out by a refund, as far as
it was not used since: other credit of the payer, such as goodwill, is not sent to a bank for it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline.plain import plain
from billing.ledger import locking
from billing.payments import left_over, refunds
from billing.payments.bank.models import BankLine
from billing.payments.models import Payment, Refund

Made = TypeVar("Made")


class NothingOver(Refusal):
    """The line brought no more than its invoices took, or what was over is dealt with."""

    code = "nothing_over"


def give_back(*, actor: User, line: BankLine, at: datetime) -> Refund:
    """Give back what was over to the account it came from; the transfer is known to be made when the statement tells it.

    Raises:
        NothingOver: there is nothing over, or it was dealt with.
        Refusal: the credit was used since.
    """
    return refunds.carry_out(start(actor=actor, line=line, at=at).pk, at)


def start(*, actor: User, line: BankLine, at: datetime) -> Refund:
    """Write down that what was over is given back, without asking the bank yet; see `give_back`."""
    return _dealt_with(actor, line, at, lambda held, payment: _start(actor, held, payment, at))


def keep(*, actor: User, line: BankLine, at: datetime) -> BankLine:
    """Leave what was over as credit of the payer, for the next invoice: it is flagged no more.

    Raises:
        NothingOver: there is nothing over, or it was dealt with.
    """
    return _dealt_with(actor, line, at, lambda held, payment: held)


def _start(actor: User, line: BankLine, payment: Payment, at: datetime) -> Refund:
    return refunds.start(
        actor=actor, payment=payment, amount_minor=line.over_minor, reason=plain(line, "over"), at=at,
        key=uuid5(NAMESPACE_OID, f"accord bank line over {line.ref} {line.turn}"), held_with=left_over.of(payment),
    )  # fmt: skip


def _dealt_with(actor: User, line: BankLine, at: datetime, work: Callable[[BankLine, Payment], Made]) -> Made:
    with transaction.atomic():
        payment = line.payment
        if payment is None:
            raise NothingOver(_("{line} paid for nothing: there is nothing over.").format(line=line))
        access.decide(actor, access.KEEP_BOOKS, payment.payer).or_refuse()
        locking.lock_payers([payment.payer_id])
        held = BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        if not held.over_minor or held.over_settled_at or held.payment_id != payment.pk:
            raise NothingOver(_("What {line} brought too much is dealt with.").format(line=line))
        made = work(held, payment)
        held.over_settled_at = at
        held.save(update_fields=["over_settled_at"])
        return made
