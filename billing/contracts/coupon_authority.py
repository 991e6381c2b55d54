"""Coupon authority: who may give a contract a coupon, and how much of one alone.

Managers give coupons, never to a group that is their own account. Up to what policy says one does so alone; what takes off more,
or more together with what the same manager gave that group alone in the last `TOGETHER`, waits for a second manager.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import writing
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access, second_person
from accounts.people.models import Membership, User
from accounts.policies import resolving
from billing.catalog.models import Coupon
from billing.contracts import state
from billing.contracts.models import Contract, Redemption, Subscription
from billing.money import Money, rounded

LIMIT: Final = "coupons.alone_limit"
WITHOUT_END: Final = 12  # periods that a coupon without an end counts as
TOGETHER: Final = timedelta(days=90)


def may_give(actor: User, contract: Contract) -> Decision:
    """Say whether `actor` may give coupons to `contract` at all: a manager whose own account it is not."""
    if access.level_of(actor) not in access.STEER.levels:
        return refused("may_not_steer", _("Managers give coupons."), approver=access.MANAGER)
    if Membership.objects.filter(user=actor, customer__tree_id=contract.customer.tree_id, effect="allow").exists():
        return refused("own_account", _("You belong to this customer; a colleague who does not must decide."))
    return ALLOWED


def decide(actor: User, contract: Contract, worth: Money | None, at: datetime) -> Decision:
    """Say whether `actor` may give what takes off `worth` (None: nobody can tell) alone, or a second manager approves.

    The limit is the one of today by the customer's clock, whatever day the coupon begins.
    """
    said = resolving.resolve(contract.customer, LIMIT, local_day(at, contract.customer.timezone))
    most = Money.of((said.value or {}).get(contract.currency, "0"), contract.currency)
    if worth is None:
        reason = _("It takes off what usage costs, which nobody knows yet: a second manager approves.")
    elif _given_alone(actor, contract, at) + worth > most:
        reason = _("It takes off {worth}; above {most} to one group in 90 days a second manager approves.").format(
            **writing.told(worth=worth, most=most)
        )
    else:
        return Decision(allowed=True, source=said.source.ref)
    return refused("over_coupon_limit", reason, approver=access.MANAGER, key=LIMIT, source=said.source.ref)


def may_approve(actor: User, redemption: Redemption) -> Decision:
    """Say whether `actor` may approve a coupon that waits: another manager than who gave it, and not for their own account."""
    given = may_give(actor, redemption.contract)
    if not given.allowed:
        return given
    own = _("You gave this coupon yourself; a second manager approves it.")
    return second_person.decide(actor, redemption.redeemed_by, reason=own)


def worth(coupon: Coupon, contract: Contract, subscription: Subscription | None, days: Iterable[date]) -> Money | None:
    """Return what `coupon` takes off at most, net, at what runs on the dearest of `days`; None where usage is among it."""
    periods = coupon.periods or WITHOUT_END
    if coupon.amount_minor is not None:
        return Money(coupon.amount_minor * periods, contract.currency)
    each = 0
    for on in days:
        reduced = _reduced(coupon, contract, subscription, on)
        if any(one.plan_version.charges.exclude(metric="").exists() for one in reduced):
            return None
        each = max(each, sum(one.per_period.amount_minor for one in reduced))
    return rounded(Fraction(coupon.percent or 0) / 100 * each * periods, contract.currency)


def _reduced(coupon: Coupon, contract: Contract, subscription: Subscription | None, on: date) -> Iterable[state.State]:
    bought = [subscription] if subscription else list(contract.subscriptions.all())
    plans = set(coupon.plans.values_list("pk", flat=True))
    running = (one for one in state.states_of(bought, on).values() if one.status != state.CANCELLED)
    return [one for one in running if not plans or one.plan.pk in plans]


def _given_alone(actor: User, contract: Contract, at: datetime) -> Money:
    lately = Q(redeemed_by=actor, approved_by=None, redeemed_at__gt=at - TOGETHER)
    group = Redemption.objects.filter(
        lately, contract__customer__tree_id=contract.customer.tree_id, contract__currency=contract.currency
    )
    return Money(sum(worth or 0 for worth in group.values_list("worth_minor", flat=True)), contract.currency)
