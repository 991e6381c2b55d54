"""SEPA direct debit: a gateway that orders a debit at once and knows days later what became of it.

The token of a method is the number of a mandate. What was ordered goes to the bank in a file (billing/payments/sepa/); the
statement tells what was collected and what came back. Money is given back by transfer to the account of the mandate.
"""

from typing import Final

from django.utils.translation import gettext as _

from billing.money import Money
from billing.payments.bank.models import TransferOrder
from billing.payments.gateways.base import Answer, KeyReused, Outcome
from billing.payments.models import Payment, PaymentShare, Refund
from billing.payments.sepa.models import DirectDebit, Mandate

ORDERED: Final = "The direct debit is ordered; the bank tells in some days what became of it."
NOT_IN_FORCE: Final = "The direct debit mandate is not in force."
Status = DirectDebit.Status
_OUTCOMES: Final = {
    Status.ORDERED: Outcome.UNKNOWN,
    Status.SENT: Outcome.UNKNOWN,
    Status.COLLECTED: Outcome.SUCCESS,
    Status.RETURNED: Outcome.SUCCESS,
    Status.FAILED: Outcome.DECLINED,
}
_TRANSFERS: Final = {
    TransferOrder.Status.ORDERED: Outcome.UNKNOWN,
    TransferOrder.Status.MADE: Outcome.SUCCESS,
    TransferOrder.Status.FAILED: Outcome.DECLINED,
}


class DirectDebits:
    """Collects from the customer's account under a mandate."""

    code = "sepa_debit"
    label = "SEPA direct debit"
    is_slow = True

    def collect(self, *, key: str, amount: Money, token: str) -> Answer:
        """Order a debit of `amount` under the mandate `token`, once per `key`; declined when it cannot be ordered."""
        if earlier := DirectDebit.objects.filter(key=key).first():
            return _told(_of_same_amount(earlier, amount))
        mandate = Mandate.objects.filter(ref=token).first()
        if reason := _why_not(mandate, amount, key):
            return Answer(Outcome.DECLINED, reason=reason)
        payment = Payment.objects.filter(key=key).first() if _is_uuid(key) else None
        facts = {"mandate": mandate, "amount_minor": amount.amount_minor, "end_to_end": payment.ref if payment else key[:35]}
        ordered, _made = DirectDebit.objects.get_or_create(key=key, defaults=facts)
        return _told(_of_same_amount(ordered, amount))

    def refund(self, *, key: str, gateway_ref: str, amount: Money) -> Answer:
        """Order a transfer of `amount` to the account of the mandate, once per `key`."""
        if earlier := TransferOrder.objects.filter(key=key).first():
            if (earlier.amount_minor, earlier.currency) != (amount.amount_minor, amount.currency):
                raise KeyReused(_("This key was used for another amount."))
            return _transferred(earlier)
        debit = DirectDebit.objects.select_related("mandate").filter(end_to_end=gateway_ref, status=Status.COLLECTED).first()
        if debit is None or amount > Money(debit.amount_minor, "EUR"):
            return Answer(Outcome.DECLINED, reason="Nothing was collected that could be given back.")
        refund = Refund.objects.filter(key=key).first() if _is_uuid(key) else None
        facts = {
            "amount_minor": amount.amount_minor, "currency": amount.currency, "name": debit.mandate.holder,
            "iban": debit.mandate.iban, "end_to_end": refund.ref if refund else key[:35],
        }  # fmt: skip
        return _transferred(TransferOrder.objects.get_or_create(key=key, defaults=facts)[0])

    def check(self, *, token: str) -> Answer:
        """Say whether the mandate `token` is in force."""
        if Mandate.objects.filter(ref=token, revoked_at=None).exists():
            return Answer(Outcome.SUCCESS)
        return Answer(Outcome.DECLINED, reason=NOT_IN_FORCE)

    def ask(self, *, key: str) -> Answer:
        """Say what became of the debit or the transfer `key`."""
        if debit := DirectDebit.objects.filter(key=key).first():
            return _told(debit)
        ordered = TransferOrder.objects.filter(key=key).first()
        return _transferred(ordered) if ordered else Answer(Outcome.NEVER_SEEN)


def _why_not(mandate: Mandate | None, amount: Money, key: str) -> str:
    if mandate is None or mandate.revoked_at:
        return NOT_IN_FORCE
    if amount.currency != "EUR":
        return "A SEPA direct debit collects euros only."
    if _is_uuid(key) and PaymentShare.objects.filter(payment__key=key).exclude(document__legal_entity=mandate.seller_id).exists():
        return f"The mandate lets only {mandate.seller} collect."
    return ""


def _is_uuid(key: str) -> bool:
    return len(key) == 36 and key.count("-") == 4


def _of_same_amount(debit: DirectDebit, amount: Money) -> DirectDebit:
    if Money(debit.amount_minor, "EUR") != amount:
        raise KeyReused(_("This key was used for another amount."))
    return debit


def _told(debit: DirectDebit) -> Answer:
    outcome = _OUTCOMES[Status(debit.status)]
    return Answer(outcome, debit.end_to_end, ORDERED if outcome == Outcome.UNKNOWN else debit.reason)


def _transferred(order: TransferOrder) -> Answer:
    return Answer(_TRANSFERS[TransferOrder.Status(order.status)], f"tr_{order.pk}", order.reason)
