"""Tree counts: how many tickets are not resolved, per customer and per subtree, in one statement."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

from accounts.customers.models import Customer

_UNRESOLVED: Final = """
SELECT asked.id, count(*) FILTER (WHERE node.id = asked.id), count(*)
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
JOIN support_ticket ticket ON ticket.customer_id = node.id AND ticket.status <> 'resolved'
WHERE asked.id = ANY(%s) GROUP BY asked.id
"""


def unresolved(customers: Iterable[Customer]) -> dict[int, tuple[int, int]]:
    """Return by key how many tickets of each customer wait: its own, and with everything below; without any it is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_UNRESOLVED, [[customer.pk for customer in customers]])
        return {node: (own, whole) for node, own, whole in cursor.fetchall()}
