"""Redeeming: a contract gets what a coupon promises, from a day on.

What it takes off is worked out where documents are drafted (billing/invoices/reductions.py).
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from billing.catalog import coupons
from billing.catalog.models import Coupon
from billing.contracts.models import Contract, Redemption, Subscription


class CouponNotRedeemable(Refusal):
    """The coupon is out of date, in another currency, or the contract has it already."""

    code = "coupon_not_redeemable"


def redeem(
    *,
    actor: User | None,
    coupon: Coupon,
    contract: Contract,
    on: date,
    at: datetime,
    subscription: Subscription | None = None,
) -> Redemption:
    """Give `contract` (or one subscription of it) the coupon for the billing periods that begin on or after `on`.

    Raises:
        CouponNotRedeemable: out of date, another currency, redeemed by the contract before, or a foreign subscription.
    """
    with transaction.atomic():
        held = Contract.objects.select_for_update().get(pk=contract.pk)
        _redeemable_or_refuse(coupon, held, subscription, on)
        place = held.redemptions.count() + 1
        redemption = Redemption.objects.create(
            ref=f"{held.ref}-R{place}", coupon=coupon, contract=held, subscription=subscription, since=on, redeemed_at=at,
            redeemed_by=actor,
        )  # fmt: skip
        coupons.mark_used(coupon)
        with in_plain_words():
            facts = {"coupon": coupon.name, "what": coupons.words(coupon), "on": str(on)}
        recording.record(held.customer, "billing.coupon_redeemed", actor=actor, at=at, about=held, facts=facts)
        return redemption


def end(*, actor: User | None, redemption: Redemption, on: date, at: datetime) -> Redemption:
    """Let the coupon take nothing off billing periods that begin on or after `on`; what was billed stays as it is.

    Raises:
        CouponNotRedeemable: it ended before.
    """
    with transaction.atomic():
        held = Redemption.objects.select_for_update().get(pk=redemption.pk)
        if held.until is not None and held.until <= on:
            raise CouponNotRedeemable(_("{coupon} ended on {until} already.").format(coupon=held.coupon, until=held.until))
        held.until = max(on, held.since)
        held.save(update_fields=["until"])
        facts = {"coupon": held.coupon.name, "on": str(held.until)}
        recording.record(held.contract.customer, "billing.coupon_ended", actor=actor, at=at, about=held.contract, facts=facts)
        return held


def held_by(contract: Contract, on: date) -> QuerySet[Redemption]:
    """Return the coupons that take something off the contract's periods on the day `on` or later, the oldest first."""
    held = Redemption.objects.filter(contract=contract).exclude(until__lte=on)
    return held.select_related("coupon", "subscription").order_by("since", "pk")


def _redeemable_or_refuse(coupon: Coupon, contract: Contract, subscription: Subscription | None, on: date) -> None:
    if coupon.redeem_until is not None and on > coupon.redeem_until:
        raise CouponNotRedeemable(
            _("{coupon} could be redeemed until {redeem_until}.").format(coupon=coupon, redeem_until=coupon.redeem_until)
        )
    if coupon.currency and coupon.currency != contract.currency:
        raise CouponNotRedeemable(
            _("{coupon} is in {currency}, the contract in {contract_currency}.").format(
                coupon=coupon, currency=coupon.currency, contract_currency=contract.currency
            )
        )
    if subscription is not None and subscription.contract_id != contract.pk:
        raise CouponNotRedeemable(
            _("{subscription} does not run under {contract}.").format(subscription=subscription, contract=contract)
        )
    if contract.redemptions.filter(coupon=coupon).exists():
        raise CouponNotRedeemable(_("{contract} has redeemed {coupon} already.").format(contract=contract, coupon=coupon))
