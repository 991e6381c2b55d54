"""What the rules of segments and stages may ask about money: running subscriptions and what is owed, with everything below."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.segments.facts import Fact, Value, register
from billing.contracts import notice
from billing.contracts.models import Subscription
from billing.ledger import balances

RUNNING: Final = """
SELECT asked.id, count(*)
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
JOIN billing_subscription running ON running.customer_id = node.id AND running.next_due_on IS NOT NULL
WHERE asked.id = ANY(%s) GROUP BY asked.id
"""
OVER: Final = """
WITH ended AS (
    SELECT asked.id, asked.tree_id, asked.lft, asked.rght
    FROM accounts_customer asked
    JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
    JOIN billing_subscription had ON had.customer_id = node.id
    WHERE asked.id = ANY(%s) GROUP BY asked.id HAVING count(had.next_due_on) = 0
)
SELECT ended.id, 1 FROM ended WHERE NOT EXISTS (
    SELECT 1 FROM accounts_customer node
    JOIN billing_subscription had ON had.customer_id = node.id
    JOIN billing_line line ON line.subscription_id = had.id AND line.until > %s
    WHERE node.tree_id = ended.tree_id AND node.lft BETWEEN ended.lft AND ended.rght
)
"""
NO_TERM: Final = 99_999  # days: further away than any term


def subscriptions(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Count the subscriptions at and below each customer on which something still falls due."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [[customer.pk for customer in customers]])
        return dict(cursor.fetchall())


def over(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return 1 for each customer that had subscriptions, at or below it, of which none runs nor was paid beyond the day `on`."""
    with connection.cursor() as cursor:
        cursor.execute(OVER, [[customer.pk for customer in customers], on])
        return dict(cursor.fetchall())


def days_to_term(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return the days until the first term ends, of contracts under which something runs at the customer itself.

    A term that goes on, because its renewal is decided, ends with the next one. Who has no term is left out.
    """
    running = Subscription.objects.filter(customer__in=[customer.pk for customer in customers], next_due_on__isnull=False)
    ends: dict[int, date] = {}
    for held in running.filter(contract__term_months__gt=0).select_related("contract").order_by("pk"):
        until = notice.term_with(held.contract, on).until
        until = max(until, held.contract.renewed_until or until)
        ends[held.customer_id] = min(until, ends.get(held.customer_id, until))
    return {customer: (until - on).days for customer, until in ends.items()}


def owed(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return what each customer and all below it owe in the customer's currency, in minor units."""
    nodes = list(customers)
    found = balances.for_nodes(nodes)
    return {node.pk: found[node.pk].subtree.get(node.currency, 0) for node in nodes}


def hang() -> None:
    """Let rules ask these facts."""
    register(Fact("subscriptions", _("Running subscriptions"), subscriptions, 0))
    register(Fact("over", _("Whether everything it had has ended (1 or 0)"), over, 0))
    register(Fact("days_to_term", _("Days until a term ends"), days_to_term, NO_TERM))
    register(Fact("owed", _("Owed, in minor units"), owed, 0))
