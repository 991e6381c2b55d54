"""Confirming: the bank wants the cardholder to say yes (strong authentication) before a charge is made.

Until then the payment is unknown and holds its invoices. The payer confirms on the payment's page; a payment that nobody confirms
within the hour, or that the payer gives up, is cancelled at Stripe, and counts as declined.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import stripe

from accounts.people import access
from accounts.people.models import User
from billing.payments import collecting
from billing.payments.gateways.stripe import Stripe
from billing.payments.models import Payment
from billing.payments.stripe import client
from billing.payments.stripe.models import StripeCall

TIME_TO_CONFIRM: Final = timedelta(hours=1)
WAITS: Final = "requires_action"


def secret_for(payment: Payment) -> str:
    """Return the secret with which the browser confirms `payment`; empty when it waits for no confirmation."""
    found = _charge_of(payment)
    return str(found.client_secret) if found and found.status == WAITS else ""


def abandon(*, actor: User, payment: Payment, at: datetime) -> Payment:
    """Cancel a payment that waits for its confirmation; when it was confirmed meanwhile, that stands."""
    access.decide(actor, access.PAY, payment.payer).or_refuse()
    _cancel(payment)
    return collecting.hear(payment, at)


def give_up(*, at: datetime, limit: int = 50) -> int:
    """Cancel the payments that waited for their confirmation too long; return how many are resolved now."""
    waiting = Payment.objects.filter(gateway=Stripe.code, status=Payment.Status.UNKNOWN, started_at__lte=at - TIME_TO_CONFIRM)
    late = list(waiting.order_by("started_at", "pk")[:limit])
    return sum(_cancel(payment) and collecting.hear(payment, at).status != Payment.Status.UNKNOWN for payment in late)


def _charge_of(payment: Payment) -> Any:
    """Return the charge at Stripe, if it is known and can be asked about now."""
    if payment.gateway != Stripe.code or payment.status != Payment.Status.UNKNOWN:
        return None
    call = StripeCall.objects.filter(key=str(payment.key)).exclude(stripe_id="").first()
    if call is None:
        return None
    try:
        return client.connect().v1.payment_intents.retrieve(call.stripe_id)
    except (stripe.StripeError, client.NotSetUp):
        return None


def _cancel(payment: Payment) -> bool:
    """Cancel a charge that waits for its confirmation; say whether it is cancelled."""
    found = _charge_of(payment)
    if found is None or found.status != WAITS:
        return False
    try:
        client.connect().v1.payment_intents.cancel(found.id)
    except stripe.StripeError:
        return False
    return True
