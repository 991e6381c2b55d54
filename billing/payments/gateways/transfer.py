"""Bank transfer: money the payer sends by itself, and that we send back by a transfer of our own.

Nothing can be collected here. A refund becomes an order to transfer to the account the money came from; it is unknown until
the statement tells that it went out, or finance says so.
"""

from typing import Final

from django.utils.translation import gettext as _

from billing.money import Money
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.gateways.base import Answer, KeyReused, Outcome
from billing.payments.models import Refund

ORDERED: Final = "The transfer is ordered; it is known to be made when the bank's statement tells it."
_OUTCOMES: Final = {
    TransferOrder.Status.ORDERED: Outcome.UNKNOWN,
    TransferOrder.Status.MADE: Outcome.SUCCESS,
    TransferOrder.Status.FAILED: Outcome.DECLINED,
}


class BankTransfer:
    """The bank as a gateway: it gives back, it does not collect."""

    code = "bank"
    label = "Bank transfer"
    is_slow = True

    def collect(self, *, key: str, amount: Money, token: str) -> Answer:
        """Decline: a transfer is made by the payer."""
        return Answer(Outcome.DECLINED, reason="A bank transfer is made by the payer; nothing can be collected.")

    def refund(self, *, key: str, gateway_ref: str, amount: Money) -> Answer:
        """Order a transfer of `amount` to the account from which the payment `gateway_ref` came, once per `key`."""
        if earlier := TransferOrder.objects.filter(key=key).first():
            return _told(earlier) if _is_of(earlier, amount) else _reused()
        line = BankLine.objects.filter(payment__gateway_ref=gateway_ref).exclude(iban="").first()
        if line is None:
            return Answer(Outcome.DECLINED, reason="It is not known from which account this came.")
        return order(key=key, amount=amount, name=line.name, iban=line.iban)

    def check(self, *, token: str) -> Answer:
        """Decline: there is nothing to keep of a transfer."""
        return Answer(Outcome.DECLINED, reason="A bank transfer is made by the payer; nothing can be collected.")

    def ask(self, *, key: str) -> Answer:
        """Say what became of the transfer `key`."""
        ordered = TransferOrder.objects.filter(key=key).first()
        return _told(ordered) if ordered else Answer(Outcome.NEVER_SEEN)


def order(*, key: str, amount: Money, name: str, iban: str) -> Answer:
    """Order a transfer, once per `key`; its end-to-end id is the number of the refund it carries out."""
    refund = Refund.objects.filter(key=key).first()
    facts = {
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "name": name,
        "iban": iban,
        "end_to_end": refund.ref if refund else key[:35],
    }
    ordered, _made = TransferOrder.objects.get_or_create(key=key, defaults=facts)
    return _told(ordered) if _is_of(ordered, amount) else _reused()


def _told(ordered: TransferOrder) -> Answer:
    outcome = _OUTCOMES[TransferOrder.Status(ordered.status)]
    return Answer(outcome, f"tr_{ordered.pk}", ORDERED if outcome == Outcome.UNKNOWN else ordered.reason)


def _is_of(ordered: TransferOrder, amount: Money) -> bool:
    return (ordered.amount_minor, ordered.currency) == (amount.amount_minor, amount.currency)


def _reused() -> Answer:
    raise KeyReused(_("This key was used for another amount."))
