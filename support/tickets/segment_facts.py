"""What the rules of segments may ask about help: tickets that are not resolved, with everything below."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.segments.facts import Fact, Value, register

UNRESOLVED: Final = """
SELECT asked.id, count(*)
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
JOIN support_ticket ticket ON ticket.customer_id = node.id AND ticket.status <> 'resolved'
WHERE asked.id = ANY(%s) GROUP BY asked.id
"""


def open_tickets(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Count the tickets at and below each customer that are not resolved."""
    with connection.cursor() as cursor:
        cursor.execute(UNRESOLVED, [[customer.pk for customer in customers]])
        return dict(cursor.fetchall())


def hang() -> None:
    """Let rules ask this fact."""
    register(Fact("open_tickets", _("Tickets not resolved"), open_tickets, 0))
