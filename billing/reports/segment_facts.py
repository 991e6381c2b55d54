"""What the rules of segments and stages may ask about money: running subscriptions and what is owed, with everything below."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection

from accounts.customers.models import Customer
from accounts.segments.facts import Fact, Value, register
from billing.ledger import balances

RUNNING: Final = """
SELECT asked.id, count(*)
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
JOIN billing_subscription running ON running.customer_id = node.id AND running.next_due_on IS NOT NULL
WHERE asked.id = ANY(%s) GROUP BY asked.id
"""


def subscriptions(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Count the subscriptions at and below each customer on which something still falls due."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [[customer.pk for customer in customers]])
        return dict(cursor.fetchall())


def owed(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return what each customer and all below it owe in the customer's currency, in minor units."""
    nodes = list(customers)
    found = balances.for_nodes(nodes)
    return {node.pk: found[node.pk].subtree.get(node.currency, 0) for node in nodes}


def hang() -> None:
    """Let rules ask these facts."""
    register(Fact("subscriptions", "Running subscriptions", subscriptions, 0))
    register(Fact("owed", "Owed, in minor units", owed, 0))
