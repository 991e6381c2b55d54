"""Limits: how much a person may commit their organisation to without asking somebody further up.

A membership may carry a limit in the currency of its customer; one without a limit orders freely. What counts is what a change
commits to: what it costs at once, or costs more in each period, whichever is more, tax included.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access
from accounts.people.models import Membership, User
from billing.money import Money


def commitment(told: dict[str, Any]) -> Money:
    """Return what a quoted outcome commits to; nothing when it saves money."""
    more_each_period = told["per_period_after_gross_minor"] - told["per_period_before_gross_minor"]
    return Money(max(told["total_minor"], more_each_period, 0), told["currency"])


def together(outcomes: Iterable[dict[str, Any]]) -> dict[str, Money]:
    """Return what quoted outcomes commit to together, by currency."""
    sums: dict[str, Money] = {}
    for told in outcomes:
        committed = commitment(told)
        sums[committed.currency] = sums.get(committed.currency, Money(0, committed.currency)) + committed
    return sums


def decide(actor: User, customer: Customer, committed: Money, *, chosen_with: Money | None = None) -> Decision:
    """Say whether `actor` may commit `customer` to that much alone; who may lift the objection are its administrators.

    `chosen_with` is what everything chosen at once commits to, this included: it is one commitment, in however many parts.
    """
    limits = _limits(actor, customer)
    if not committed or any(limit is None for limit in limits):
        return ALLOWED
    if chosen_with and chosen_with.currency == committed.currency:
        committed = max(committed, chosen_with)
    comparable = [limit for limit in limits if limit is not None and limit.currency == committed.currency]
    if any(committed <= limit for limit in comparable):
        return ALLOWED
    most = max((limit.amount_minor for limit in comparable), default=0)
    words = f"You may order for up to {Money(most, committed.currency)} alone; this commits you to {committed}."
    return refused("over_order_limit", words, approver=access.ADMINISTRATOR)


def _limits(actor: User, customer: Customer) -> list[Money | None]:
    above = Customer.objects.above(customer)
    held = Membership.objects.filter(
        Q(scope=Membership.Scope.SUBTREE) | Q(customer=customer), user=actor, effect=Membership.Effect.ALLOW, customer__in=above,
        role__in=access.CHANGE_CONTRACT.roles,
    )  # fmt: skip
    return [
        None if membership.order_limit_minor is None else Money(membership.order_limit_minor, membership.customer.currency)
        for membership in held.in_force().select_related("customer")
    ]
