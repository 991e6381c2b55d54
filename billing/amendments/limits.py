"""Limits: how much a person may commit their organisation to without asking somebody further up.

The limits are accounts/people/order_limits.py. What counts is what a change commits to: what it costs at once, or costs more in
each period, whichever is more, tax included. What somebody orders alone within `TOGETHER`, by hand or by keys of theirs, counts
together: a limit is not passed in parts.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import writing
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access, order_limits, second_person
from accounts.people.models import User
from billing.amendments.bulk.models import BulkChangeRow
from billing.amendments.models import Quote
from billing.money import Money

TOGETHER: Final = timedelta(days=1)


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


def decide_on(actor: User, quote: Quote, at: datetime, *, chosen_with: Money | None = None) -> Decision:
    """Say whether `actor` may apply `quote` alone at the moment `at`, beside what they ordered alone lately."""
    committed = commitment(quote.outcome)
    before = lately(actor, quote, at) if committed else None
    return decide(actor, quote.customer, committed, chosen_with=chosen_with, lately=before)


def lately(actor: User, quote: Quote, at: datetime) -> Money:
    """Return what was ordered alone within `TOGETHER` before `at` for the same group, by whoever is behind `actor`.

    Rows of a file that were chosen together with `quote` are left out: together they are one commitment already.
    """
    currency = quote.outcome["currency"]
    group = Q(customer__tree_id=quote.customer.tree_id, outcome__currency=currency)
    alone = Quote.objects.filter(group, committed_by__in=second_person.logins_of(actor), committed_at__gt=at - TOGETHER)
    choices = BulkChangeRow.objects.filter(quote=quote).exclude(choice=None).values("choice")
    beside = BulkChangeRow.objects.filter(choice__in=choices, quote__isnull=False).values("quote")
    return Money(sum(minor or 0 for minor in alone.exclude(pk__in=beside).values_list("committed_minor", flat=True)), currency)


def take_turn(actor: User) -> None:
    """Wait until nobody else weighs what `actor` orders, by hand or by a key; kept until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=second_person.behind(actor))


def decide(
    actor: User, customer: Customer, committed: Money, *, chosen_with: Money | None = None, lately: Money | None = None
) -> Decision:
    """Say whether `actor` may commit `customer` to that much alone; who may lift the objection are its administrators.

    `chosen_with` is what everything chosen at once commits to, this included: it is one commitment, in however many parts.
    """
    most = order_limits.of(actor, customer).up_to(committed.currency)
    if chosen_with and chosen_with.currency == committed.currency and committed:
        committed = max(committed, chosen_with)
    total = committed + lately if lately and committed else committed
    if not committed or most is None or total.amount_minor <= most:
        return ALLOWED
    words = _("You may order for up to {most} alone; this commits you to {committed}.")
    if lately:
        words = _("You may order for up to {most} alone; this commits you to {committed}, after {lately} within a day.")
    amounts = {"most": Money(most, committed.currency), "committed": committed, "lately": lately}
    told = {name: writing.of_fact(str(amount)) for name, amount in amounts.items()}
    return refused("over_order_limit", words.format(**told), approver=access.ADMINISTRATOR)
