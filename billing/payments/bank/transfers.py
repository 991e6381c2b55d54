"""Transfers: money we give back through the bank: ordered by a refund, made by finance or told by the statement.

A refund of money that came by transfer waits as an order. `settle_outgoing` finds the line that tells it went out, by its
end-to-end id and exact amount; a person may also say that it was made, or that it cannot be.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.money import Money
from billing.payments import gateways, refunds
from billing.payments.bank import booking
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.models import Refund

TRANSFERRED = "transferred"


class AlreadyTold(Refusal):
    """What became of the transfer is known."""

    code = "already_told"


class NotYours(Refusal):
    """Only finance says what became of a transfer."""

    code = "not_within_reach"


def settle_outgoing(*, at: datetime) -> int:
    """Find the lines by which the bank tells that transfers went out, ordered or said to be made; return how many."""
    untold = TransferOrder.objects.exclude(status=TransferOrder.Status.FAILED).filter(line=None)
    waiting = {order.end_to_end: order for order in untold}
    lines = BankLine.objects.filter(end_to_end__in=waiting, amount_minor__lt=0, status=BankLine.Status.NOTED)
    return sum(_went_out(line, waiting[line.end_to_end], at) for line in lines.order_by("pk"))


def _went_out(line: BankLine, order: TransferOrder, at: datetime) -> bool:
    with transaction.atomic():
        held = TransferOrder.objects.select_for_update().get(pk=order.pk)
        line = BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        told = (held.amount_minor, held.currency) == (-line.amount_minor, line.currency)
        if not told or held.line_id or held.status == TransferOrder.Status.FAILED or line.status != BankLine.Status.NOTED:
            return False
        refund = Refund.objects.select_related("payment__payer", "customer").get(key=held.key)
        booking.book(line, at, cleared_at=refund.payment.gateway)
        line.status, line.rule, line.reason = BankLine.Status.MATCHED, TRANSFERRED, f"It is the transfer of refund {refund}."
        line.decided_at = at
        line.save(update_fields=["status", "rule", "reason", "decided_at"])
        held.line = line
        held.save(update_fields=["line"])
        if held.status == TransferOrder.Status.ORDERED:
            _told(held, TransferOrder.Status.MADE, "", refund, at)
        return True


def say_made(*, actor: User, order: TransferOrder, at: datetime) -> Refund:
    """Say that a transfer was made, before the statement tells it.

    Raises:
        AlreadyTold: what became of it is known.
    """
    return _said(actor, order, TransferOrder.Status.MADE, "", at)


def say_impossible(*, actor: User, order: TransferOrder, reason: str, at: datetime) -> Refund:
    """Say that a transfer cannot be made: the refund is declined and its credit is the customer's again.

    Raises:
        AlreadyTold: what became of it is known.
    """
    return _said(actor, order, TransferOrder.Status.FAILED, reason, at)


def _said(actor: User, order: TransferOrder, status: str, reason: str, at: datetime) -> Refund:
    if access.level_of(actor) not in access.KEEP_BOOKS.levels:
        raise NotYours(_("Only finance says what became of a transfer."))
    with transaction.atomic():
        held = TransferOrder.objects.select_for_update().get(pk=order.pk)
        if held.status != TransferOrder.Status.ORDERED:
            raise AlreadyTold(
                _("The transfer {held} is known already: {status}.").format(held=held, status=held.get_status_display().lower())
            )
        refund = Refund.objects.select_related("payment__payer", "customer").get(key=held.key)
        return _told(held, status, reason, refund, at, actor)


def _told(order: TransferOrder, status: str, reason: str, refund: Refund, at: datetime, actor: User | None = None) -> Refund:
    order.status, order.reason = status, reason[:200]
    order.save(update_fields=["status", "reason"])
    amount = str(Money(order.amount_minor, order.currency))
    facts = {"amount": amount, "outcome": plain(order, "status")}
    recording.record(refund.customer, "billing.transfer_told", actor=actor, at=at, about=refund, facts=facts, internal=True)
    return refunds.record_answer(refund, gateways.by_code(refund.payment.gateway).ask(key=order.key), at)
