"""Coupons: reductions that are defined once and redeemed on contracts (billing/contracts/redeeming.py).

A coupon takes a share or an amount off each billing period, before tax. Once a contract has redeemed it, it never changes.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.customers.details import facts_of_change
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from billing.catalog.models import Coupon, Plan
from billing.money import Money


class BadCoupon(Refusal):
    """The coupon takes off neither a share nor an amount, or lasts no period."""

    code = "bad_coupon"


class CouponInUse(Refusal):
    """A coupon that was redeemed never changes."""

    code = "coupon_in_use"


def define(
    *,
    actor: User | None,
    code: str,
    name: str,
    percent: Decimal | None = None,
    amount: Money | None = None,
    periods: int | None = None,
    plans: Iterable[Plan] = (),
    redeem_until: date | None = None,
    at: datetime,
) -> Coupon:
    """Return the coupon with this code, made or (while nobody has redeemed it) changed.

    The timeline keeps who said what, each fact before and after. Repeating it changes nothing.

    Raises:
        BadCoupon: not exactly one of a percentage from above 0 to 100 and an amount above zero; less than one period.
        CouponInUse: it was redeemed.
    """
    _sensible_or_refuse(percent, amount, periods)
    facts = {
        "name": name, "percent": percent, "amount_minor": amount.amount_minor if amount else None,
        "currency": amount.currency if amount else "", "periods": periods, "redeem_until": redeem_until,
    }  # fmt: skip
    with transaction.atomic():
        kept = Coupon.objects.select_for_update().filter(code=code).first()
        if kept and kept.used:
            raise CouponInUse(_("{code} was redeemed and cannot be changed; define another coupon.").format(code=code))
        before = _said(kept) if kept else {}
        coupon = Coupon.objects.update_or_create(code=code, defaults=facts)[0]
        coupon.plans.set(plans)
        _record(coupon, before, actor, at)
        return coupon


def mark_used(coupon: Coupon) -> None:
    """Say that a contract redeemed `coupon`: from now on it never changes. Doing it again does nothing."""
    if Coupon.objects.filter(pk=coupon.pk, used=False).update(used=True):
        coupon.used = True


def words(coupon: Coupon) -> str:
    """Say what a coupon takes off, in a few plain words."""
    what = (
        f"{coupon.percent.normalize():f} %"
        if coupon.percent is not None
        else str(Money(coupon.amount_minor or 0, coupon.currency))
    )
    if coupon.periods is None:
        return _("{what} off").format(what=what)
    told = ngettext("{what} off for {periods} billing period", "{what} off for {periods} billing periods", coupon.periods)
    return told.format(what=what, periods=coupon.periods)


def _said(coupon: Coupon) -> dict[str, str]:
    """Return what a coupon says, as the timeline keeps it: in English."""
    plans = ", ".join(coupon.plans.order_by("code").values_list("code", flat=True))
    until = coupon.redeem_until.isoformat() if coupon.redeem_until else ""
    with in_plain_words():
        return {"name": coupon.name, "takes_off": words(coupon), "plans": plans, "redeem_until": until}


def _record(coupon: Coupon, before: dict[str, str], actor: User | None, at: datetime) -> None:
    """Put on record what is said now that was not before; nothing where it is the same."""
    after = {name: said for name, said in _said(coupon).items() if said != before.get(name, "")}
    if after:
        was = {name: before[name] for name in after if name in before}
        told = {"coupon": coupon.code} | facts_of_change(was, after)
        recording.record(None, "billing.coupon_defined", actor=actor, at=at, about=coupon, facts=told, internal=True)


def _sensible_or_refuse(percent: Decimal | None, amount: Money | None, periods: int | None) -> None:
    if (percent is None) == (amount is None):
        raise BadCoupon(_("A coupon takes off either a percentage or an amount."))
    if percent is not None and not 0 < percent <= 100:
        raise BadCoupon(_("A percentage is above 0 and at most 100, not {percent}.").format(percent=f"{percent.normalize():f}"))
    if amount is not None and amount.amount_minor <= 0:
        raise BadCoupon(_("The amount of a coupon is above zero."))
    if periods is not None and not 1 <= periods <= 1200:
        raise BadCoupon(_("A coupon lasts from 1 to 1200 billing periods."))
