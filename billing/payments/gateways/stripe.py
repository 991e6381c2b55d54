"""Stripe as a gateway: charges of kept cards and refunds, with the bank's confirmation where it wants one.

A token is "cus_…:pm_…". What is asked is remembered first (`StripeCall`); the key of the attempt is Stripe's idempotency key and
stands in the metadata, so that a charge whose answer was lost is found again under its customer. A charge that waits for the
bank's confirmation is unknown until it is confirmed or given up (billing/payments/stripe/confirming.py).
"""

from collections.abc import Callable
from typing import Any, Final

import stripe
import structlog
from django.utils.translation import gettext as _

from billing.money import Money
from billing.payments.gateways.base import Answer, KeyReused, Outcome
from billing.payments.models import Payment
from billing.payments.stripe import client
from billing.payments.stripe.models import StripeCall

log = structlog.get_logger(__name__)

LATE: Final = "Stripe did not answer in time."
CONFIRM: Final = "Your bank wants you to confirm this payment."
NOT_CONFIRMED: Final = "The payment was not confirmed with the bank in time."
BY_ITSELF: Final = "The bank wants the cardholder to confirm this payment: pay it yourself once."
REFUND_CANCELLED: Final = "The refund was cancelled."
REFUND_FAILED: Final = "The bank sent the refund back."
# Why a refund failed, as Stripe codes it; what is missing here is told as a refund that was sent back.
WHY_REFUND_FAILED: Final = {
    "expired_or_canceled_card": "The card has expired or was closed.",
    "lost_or_stolen_card": "The card was reported lost or stolen.",
    "insufficient_funds": "The account at the card processor does not cover it.",
    "charge_for_pending_refund_disputed": "The payment was disputed while the refund was on its way.",
}
NOT_ACCEPTED: Final = "Stripe did not accept it."
KEY: Final = "accord_key"
# What Stripe says of a charge or a refund, and what it means. What is missing here is still unknown.
OUTCOMES: Final = {
    "succeeded": Outcome.SUCCESS,
    "canceled": Outcome.DECLINED,
    "requires_payment_method": Outcome.DECLINED,
    "failed": Outcome.DECLINED,
}


class Stripe:
    """Cards by Stripe. Not turned on, it declines; what it was asked before can still be asked about."""

    code = "stripe"
    label = "Card"
    is_slow = False

    def collect(self, *, key: str, amount: Money, token: str) -> Answer:
        """Charge the card behind `token` once per `key`. With nobody present (no `paid_by`) no confirmation can be given."""
        customer, _colon, method = token.partition(":")
        if amount.currency in client.IN_STEPS_OF_TEN and amount.amount_minor % 10:
            return Answer(Outcome.DECLINED, reason=f"Cards in {amount.currency} are charged in steps of 0.010 only.")
        call = _remembered(StripeCall.Kind.CHARGE, key, amount, within=customer)
        payment = Payment.objects.filter(key=key).first() if _is_uuid(key) else None
        asked: Any = {
            "amount": client.minor_units(amount), "currency": amount.currency.lower(), "customer": customer,
            "payment_method": method, "confirm": True, "metadata": _metadata(key, payment.ref if payment else ""),
            "off_session": bool(payment and payment.paid_by_id is None),
        }  # fmt: skip
        return _answered(call, lambda way, options: way.v1.payment_intents.create(asked, options))

    def refund(self, *, key: str, gateway_ref: str, amount: Money) -> Answer:
        """Give back of the charge `gateway_ref` once per `key`; Stripe declines more than is left of it."""
        call = _remembered(StripeCall.Kind.REFUND, key, amount, within=gateway_ref)
        asked: Any = {
            "payment_intent": gateway_ref, "amount": client.minor_units(amount), "metadata": _metadata(key, gateway_ref),
        }  # fmt: skip
        return _answered(call, lambda way, options: way.v1.refunds.create(asked, options))

    def check(self, *, token: str) -> Answer:
        """Say whether the card still hangs on its customer at Stripe."""
        customer, _colon, method = token.partition(":")
        if not method:
            return Answer(Outcome.DECLINED, reason="The card is not known at Stripe.")
        try:
            found = client.connect().v1.payment_methods.retrieve(method)
        except (stripe.InvalidRequestError, client.NotSetUp):
            return Answer(Outcome.DECLINED, reason="The card is not known at Stripe.")
        except stripe.StripeError:
            return Answer(Outcome.UNKNOWN, reason=LATE)
        if _id(found.customer) != customer:
            return Answer(Outcome.DECLINED, reason="The card is not known at Stripe.")
        return Answer(Outcome.SUCCESS)

    def ask(self, *, key: str) -> Answer:
        """Say what became of the charge or refund `key`, as Stripe has it now."""
        call = StripeCall.objects.filter(key=key).first()
        if call is None:
            return Answer(Outcome.NEVER_SEEN)
        try:
            found = _found(call)
        except (stripe.StripeError, client.NotSetUp) as fault:
            log.warning("stripe_not_asked", key=key, fault=type(fault).__name__)
            return Answer(Outcome.UNKNOWN, reason=LATE)
        return _told(call, found) if found else Answer(Outcome.NEVER_SEEN)


def _remembered(kind: str, key: str, amount: Money, *, within: str) -> StripeCall:
    """Write down what is asked before it is asked."""
    facts = {"kind": kind, "within": within, "amount_minor": amount.amount_minor, "currency": amount.currency}
    call, _made = StripeCall.objects.get_or_create(key=key, defaults=facts)
    if (call.kind, call.within, call.amount_minor, call.currency) != (kind, within, amount.amount_minor, amount.currency):
        raise KeyReused(_("This key was used for another amount."))
    return call


def _metadata(key: str, ref: str) -> dict[str, str]:
    return {KEY: key, "accord_ref": ref}


def _is_uuid(key: str) -> bool:
    return len(key) == 36 and key.count("-") == 4


def _answered(call: StripeCall, work: Callable[[stripe.StripeClient, stripe.RequestOptions], Any]) -> Answer:
    """Ask Stripe and read its answer or its fault; what may have happened is unknown."""
    try:
        return _told(call, work(client.connect(), {"idempotency_key": call.key}))
    except client.NotSetUp as refusal:
        return Answer(Outcome.DECLINED, reason=refusal.reason)
    except stripe.CardError as fault:
        return _declined(call, fault)
    except stripe.IdempotencyError as fault:
        raise KeyReused(_("This key was used for another amount.")) from fault
    except (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as fault:
        if fault.http_status == 409:
            return Answer(Outcome.UNKNOWN, reason=LATE)
        log.error("stripe_refused", key=call.key, code=fault.code, fault=type(fault).__name__)
        return Answer(Outcome.DECLINED, reason=NOT_ACCEPTED)
    except stripe.StripeError as fault:
        log.warning("stripe_unclear", key=call.key, fault=type(fault).__name__)
        return Answer(Outcome.UNKNOWN, reason=LATE)


def _declined(call: StripeCall, fault: stripe.CardError) -> Answer:
    body: Any = fault.json_body or {}
    about = body.get("error", {}).get("payment_intent") or {}
    stripe_id = str(about.get("id", ""))
    _keep_id(call, stripe_id)
    reason = BY_ITSELF if fault.code == "authentication_required" else fault.user_message or "The card was declined."
    return Answer(Outcome.DECLINED, stripe_id, reason)


def _keep_id(call: StripeCall, stripe_id: str) -> None:
    if stripe_id and call.stripe_id != stripe_id:
        call.stripe_id = stripe_id
        call.save(update_fields=["stripe_id"])


def _found(call: StripeCall) -> Any:
    """Return the charge or refund of a call as Stripe has it: by its number, or by its key where the answer was lost."""
    way = client.connect()
    if call.kind == StripeCall.Kind.CHARGE:
        if call.stripe_id:
            return way.v1.payment_intents.retrieve(call.stripe_id)
        listed: Any = way.v1.payment_intents.list({"customer": call.within, "limit": 100})
    else:
        if call.stripe_id:
            return way.v1.refunds.retrieve(call.stripe_id)
        listed = way.v1.refunds.list({"payment_intent": call.within, "limit": 100})
    return next((one for one in listed.auto_paging_iter() if _key_of(one) == call.key), None)


def _key_of(found: Any) -> str:
    return str((found.metadata or {})[KEY]) if KEY in (found.metadata or {}) else ""


def _told(call: StripeCall, found: Any) -> Answer:
    """Read what Stripe says of a charge or refund."""
    _keep_id(call, found.id)
    outcome = OUTCOMES.get(found.status, Outcome.UNKNOWN)
    if outcome == Outcome.DECLINED:
        return Answer(outcome, found.id, _why_refund(found) if call.kind == StripeCall.Kind.REFUND else _why(found))
    return Answer(outcome, found.id, CONFIRM if found.status == "requires_action" else "")


def _why(found: Any) -> str:
    if found.status == "canceled":
        return NOT_CONFIRMED
    error = getattr(found, "last_payment_error", None)
    return str((error and error.message) or "The card was declined.")


def _why_refund(found: Any) -> str:
    if found.status == "canceled":
        return REFUND_CANCELLED
    return WHY_REFUND_FAILED.get(str(getattr(found, "failure_reason", "")), REFUND_FAILED)


def _id(found: Any) -> str:
    return found if isinstance(found, str) else str(getattr(found, "id", ""))
