"""Redeeming: a contract gets what a coupon promises, from a day on; above a limit once a second manager approves it.

Who may give how much alone is coupon_authority.py. What it takes off is worked out where documents are drafted
(billing/invoices/reductions.py).
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import ready
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.ready import Fact
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from billing.catalog import coupons
from billing.catalog.models import Coupon
from billing.contracts import coupon_authority
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

    What the actor may not give alone waits and takes nothing off until then; it is weighed by what runs today, by the customer's
    clock, or on the day `on`, whichever is more. Without an actor (the system) it never waits.

    Raises:
        Refusal: the actor gives no coupons, or none to this group.
        CouponNotRedeemable: out of date, another currency, redeemed by the contract before, or a foreign subscription.
    """
    with transaction.atomic():
        if actor:  # what one gives twice at once is weighed one after the other
            User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        held = Contract.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contract.pk)
        # weighed as it stands, not as it was read: until it is marked used, somebody may define it anew
        coupon.refresh_from_db(from_queryset=Coupon.objects.select_for_update(no_key=True))
        if actor:
            coupon_authority.may_give(actor, held).or_refuse()
        today = local_day(at, held.customer.timezone)
        _redeemable_or_refuse(coupon, held, subscription, max(on, today) if actor else on)
        place = Redemption.every.filter(contract=held).count() + 1
        redemption = Redemption.every.create(
            ref=f"{held.ref}-R{place}", coupon=coupon, contract=held, subscription=subscription, since=on, redeemed_at=at,
            redeemed_by=actor, **_weighed(actor, coupon, held, subscription, {on, today}, at),
        )  # fmt: skip
        coupons.mark_used(coupon)
        _record(redemption, "billing.coupon_asked" if redemption.waits else "billing.coupon_redeemed", actor, at)
        return redemption


def approve(*, actor: User, redemption: Redemption, at: datetime) -> Redemption:
    """Let a coupon that waits be taken off. Approving it twice does it once.

    Raises:
        CouponNotRedeemable: it was turned down.
        Refusal: the actor gave it, gives no coupons, or belongs to the customer.
    """
    with transaction.atomic():
        held = _locked(redemption)
        if not held.waits:
            return held
        coupon_authority.may_approve(actor, held).or_refuse()
        if held.state == "turned_down":
            raise CouponNotRedeemable(_("{coupon} was turned down; give another one.").format(coupon=held.coupon))
        held.waits, held.approved_by, held.approved_at = False, actor, at
        held.save(update_fields=["waits", "approved_by", "approved_at"])
        _record(held, "billing.coupon_redeemed", actor, at)
        return held


def end(*, actor: User | None, redemption: Redemption, on: date, at: datetime) -> Redemption:
    """Let the coupon take nothing off billing periods that begin on or after `on`; what was billed stays as it is.

    One that waits is turned down by that: it never takes anything off.

    Raises:
        Refusal: the actor gives no coupons, or none to this group.
        CouponNotRedeemable: it ended before.
    """
    with transaction.atomic():
        held = _locked(redemption)
        if actor:
            coupon_authority.may_give(actor, held.contract).or_refuse()
        if held.until is not None and held.until <= on:
            raise CouponNotRedeemable(_("{coupon} ended on {until} already.").format(coupon=held.coupon, until=held.until))
        held.until = held.since if held.waits else max(on, held.since)
        held.save(update_fields=["until"])
        facts = {"coupon": held.coupon.name, "on": str(held.until)}
        recording.record(
            held.contract.customer, "billing.coupon_ended", actor=actor, at=at, about=held.contract, facts=facts,
            internal=held.waits,
        )  # fmt: skip
        return held


def held_by(contract: Contract, on: date) -> list[Redemption]:
    """Return the coupons that take something off the contract's periods on the day `on` or later, the oldest first."""
    return _held_by(contract=contract.pk, on=on)


@ready.statement
def _held_by(contract: Fact, on: Fact) -> QuerySet[Redemption]:
    held = Redemption.objects.filter(contract=contract).exclude(until__lte=on)
    return held.select_related("coupon", "subscription").order_by("since", "pk")


def _weighed(
    actor: User | None, coupon: Coupon, contract: Contract, subscription: Subscription | None, days: set[date], at: datetime
) -> dict[str, Any]:
    """Return what is kept of the weight of a coupon, the most of any of `days`, and whether it waits."""
    worth = coupon_authority.worth(coupon, contract, subscription, days)
    alone = actor is None or coupon_authority.decide(actor, contract, worth, at).allowed
    return {"worth_minor": None if worth is None else worth.amount_minor, "waits": not alone}


def _locked(redemption: Redemption) -> Redemption:
    rows = Redemption.every.select_for_update(of=("self",)).select_related("contract__customer", "coupon", "redeemed_by")
    return rows.get(pk=redemption.pk)


def _record(redemption: Redemption, kind: str, actor: User | None, at: datetime) -> None:
    with in_plain_words():
        facts = {"coupon": redemption.coupon.name, "what": coupons.words(redemption.coupon), "on": str(redemption.since)}
    contract = redemption.contract
    recording.record(contract.customer, kind, actor=actor, at=at, about=contract, facts=facts, internal=redemption.waits)


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
    if Redemption.every.filter(contract=contract, coupon=coupon).exists():
        raise CouponNotRedeemable(_("{contract} has redeemed {coupon} already.").format(contract=contract, coupon=coupon))
