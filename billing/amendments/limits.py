"""Limits: how much a person may commit their organisation to without asking somebody further up.

The limits are accounts/people/order_limits.py. What counts is what a change
commits to: what it costs at once, or costs more in each period, whichever is more, tax included.
"""

from collections.abc import Iterable
from typing import Any

from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access, order_limits
from accounts.people.models import User
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
    most = order_limits.of(actor, customer).up_to(committed.currency)
    if chosen_with and chosen_with.currency == committed.currency and committed:
        committed = max(committed, chosen_with)
    if not committed or most is None or committed.amount_minor <= most:
        return ALLOWED
    words = f"You may order for up to {Money(most, committed.currency)} alone; this commits you to {committed}."
    return refused("over_order_limit", words, approver=access.ADMINISTRATOR)
