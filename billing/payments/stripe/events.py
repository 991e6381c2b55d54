"""Events: news that Stripe sends, proved by its signature, kept once, and applied by asking Stripe how things stand.

An event never says what is true, only what to look at. So the end is the same whatever order they come in, however often, and
however late; a forged one is refused before it is read. What cannot be applied is tried again, and then left for finance.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import stripe
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.payments import collecting, receiving, refunds
from billing.payments.gateways.stripe import Stripe
from billing.payments.models import Payment, Refund
from billing.payments.stripe import client, setups
from billing.payments.stripe.models import StripeCall, StripeEvent

log = structlog.get_logger(__name__)

LONGEST: Final = 256 * 1024  # bytes
SECONDS_VALID: Final = 300
MOST_TRIES: Final = 20
FUNDS_GONE: Final = frozenset({"needs_response", "under_review", "lost"})
WON: Final = "won"


class Forged(Refusal):
    """Not signed by Stripe, too old, too long, or not readable."""

    code = "event_not_signed"


def receive(*, payload: bytes, signature: str, at: datetime) -> StripeEvent:
    """Keep an event once, as it was signed; it is applied later.

    Raises:
        Forged: it cannot be shown to come from Stripe just now.
    """
    if not settings.STRIPE_WEBHOOK_SECRET or len(payload) > LONGEST:
        raise Forged(_("This is not taken here."))
    try:
        event = stripe.Webhook.construct_event(payload, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=SECONDS_VALID)
        facts = {"kind": event.type[:80], "about": _about(event)[:80], "payload": event.to_dict(), "received_at": at}
        name = event.id[:80]
    except (ValueError, AttributeError, KeyError, TypeError, stripe.SignatureVerificationError) as fault:
        raise Forged(_("This is not signed by Stripe.")) from fault
    return StripeEvent.objects.get_or_create(event_id=name, defaults=facts)[0]


def _about(event: Any) -> str:
    return str(event.data.object["id"])


def apply_waiting(*, at: datetime, limit: int = 100) -> int:
    """Apply the events that wait, oldest first; return how many are applied now."""
    waiting = StripeEvent.objects.filter(applied_at=None, tries__lt=MOST_TRIES).order_by("received_at", "pk")
    return sum(apply(event, at) for event in waiting[:limit])


def apply(event: StripeEvent, at: datetime) -> bool:
    """Look at what an event is about and bring our books in line; say whether that worked. Repeatable.

    Raises:
        RuntimeError: called inside a transaction; Stripe is never asked in one.
    """
    try:
        problem = _work_for(event.kind)(event.about, at)
    except stripe.StripeError as fault:
        problem, fault_name = "Stripe does not answer.", type(fault).__name__
        log.warning("stripe_event_not_applied", stripe_event=event.event_id, fault=fault_name)
    except Refusal as refusal:
        problem = refusal.reason
        log.warning("stripe_event_refused", stripe_event=event.event_id, code=refusal.code)
    except RuntimeError:
        raise  # ours: asked inside a transaction
    except Exception as fault:  # nothing that one event says may hold up the others
        problem = f"We could not read this: {type(fault).__name__}."
        log.exception("stripe_event_not_understood", stripe_event=event.event_id)
    facts = {"problem": problem[:300], "tries": F("tries") + 1}
    StripeEvent.objects.filter(pk=event.pk).update(**facts, **({} if problem else {"applied_at": at}))
    return not problem


def _work_for(kind: str) -> Callable[[str, datetime], str]:
    """Return what is done for events of a kind; it answers with a problem, or with nothing."""
    return next((work for start, work in WORK.items() if kind.startswith(start)), _nothing)


def _nothing(about: str, at: datetime) -> str:
    return ""


def _hear_payment(about: str, at: datetime) -> str:
    call = StripeCall.objects.filter(stripe_id=about, kind=StripeCall.Kind.CHARGE).first()
    key = call.key if call else _key_at_stripe(about)
    payment = Payment.objects.filter(key=key, gateway=Stripe.code).first() if key else None
    if payment and payment.status == Payment.Status.UNKNOWN:
        collecting.hear(payment, at)
    return ""


def _key_at_stripe(about: str) -> str:
    """Return the key that stands in a charge's metadata, for news that overtakes the answer."""
    return _key_of(client.connect().v1.payment_intents.retrieve(about))


def _key_of(found: Any) -> str:
    metadata = getattr(found, "metadata", None)
    key = str(metadata.to_dict().get("accord_key", "")) if metadata else ""
    with suppress(ValueError):
        return str(UUID(key))
    return ""


def _hear_refund(about: str, at: datetime) -> str:
    """Look at a refund of ours: its outcome, or that its money came back after all."""
    call = StripeCall.objects.filter(stripe_id=about, kind=StripeCall.Kind.REFUND).first()
    key = call.key if call else _key_of(client.connect().v1.refunds.retrieve(about))
    refund = Refund.objects.select_related("payment").filter(key=key).first() if key else None
    if refund is None:
        return "" if key else "The refund was not made here: book it, or have it taken back."
    if refund.status in {Refund.Status.UNKNOWN, Refund.Status.SUCCEEDED}:
        refunds.hear(refund, at)
    return ""


def _keep_card(about: str, at: datetime) -> str:
    with suppress(setups.CardRemoved):
        setups.finish(actor=None, number=about, at=at)
    return ""


def _follow_dispute(about: str, at: datetime) -> str:
    """Bring the books in line with a dispute as it stands: the money gone, or back again."""
    found: Any = client.connect().v1.disputes.retrieve(about)
    if not found.payment_intent:
        return "The disputed charge was not made here."
    _hear_payment(str(found.payment_intent), at)
    payment = Payment.objects.filter(gateway=Stripe.code, gateway_ref=str(found.payment_intent)).first()
    if payment is None:
        return "The disputed charge is not known here."
    disputed, key = client.money(found.amount, found.currency), f"stripe:{about}"
    if disputed.currency != payment.currency:
        return f"The dispute is about {disputed}, the payment was made in {payment.currency}."
    with transaction.atomic():
        if found.status in FUNDS_GONE:
            receiving.charge_back(payment=payment, amount_minor=disputed.amount_minor, key=key, at=at)
        elif found.status == WON and (taken := receiving.charged_back_with(key)):
            receiving.reverse_charge_back(payment=payment, amount_minor=taken, key=key, at=at)
    return ""


WORK: Final[dict[str, Callable[[str, datetime], str]]] = {
    "payment_intent.": _hear_payment,
    "setup_intent.succeeded": _keep_card,
    "refund.": _hear_refund,
    "charge.refund.updated": _hear_refund,
    "charge.dispute.": _follow_dispute,
}
