"""Ageing: what is owed to us at the end of a day, by how long it is overdue, for nodes of the tree with everything below them.

Read from the ledger's receivable postings dated up to that day, so it ties to the books on any day, past ones too. Amounts are
minor units per currency; credit that customers hold is not taken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from accounts.customers.models import Customer

# The last day overdue of each part but the last; the first part is not due yet.
PARTS: Final = (0, 30, 60, 90)


@dataclass(frozen=True)
class Aged:
    """What a node and all below it owe in one currency: not due yet, then 1 to 30, 31 to 60, 61 to 90 and more days overdue."""

    customer: Customer
    currency: str
    parts: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """All parts together."""
        return sum(self.parts)

    @property
    def overdue_minor(self) -> int:
        """All parts that are due."""
        return sum(self.parts[1:])


def aged(nodes: QuerySet[Customer], on: date, *, within: QuerySet[Customer] | None = None) -> list[Aged]:
    """Return the nodes that owe something on the day, the most first; with `within`, only what these customers owe counts."""
    counted, parameters = within.order_by().values("pk").query.sql_with_params() if within is not None else ("", ())
    asked, of_nodes = nodes.order_by().values("pk").query.sql_with_params()
    question = _AGED.format(nodes=asked, within=f"AND p.customer_id IN ({counted})" if counted else "")
    with connection.cursor() as cursor:
        cursor.execute(question, [*of_nodes, on, *parameters, *_limits(on)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    known = Customer.objects.select_related("kind").in_bulk({row[0] for row in rows})
    found = [Aged(known[key], currency, tuple(int(part) for part in parts)) for key, currency, *parts in rows]
    return sorted(found, key=lambda row: (row.currency, -row.total_minor, row.customer.name))


def together(rows: Sequence[Aged]) -> dict[str, tuple[int, ...]]:
    """Return the sums of rows of which none stands below another, per currency."""
    sums: dict[str, tuple[int, ...]] = {}
    for row in rows:
        before = sums.get(row.currency, (0,) * len(row.parts))
        sums[row.currency] = tuple(one + other for one, other in zip(before, row.parts, strict=True))
    return sums


def _limits(on: date) -> list[date]:
    """Return the due days at which one part ends and the next begins, as the question asks for them."""
    first, second, third, fourth = (date.fromordinal(on.toordinal() - days) for days in PARTS)
    return [first, first, second, second, third, third, fourth, fourth]


_AGED: Final = """
WITH nodes AS (SELECT id, tree_id, lft, rght FROM accounts_customer WHERE id IN ({nodes})),
owed AS (
    SELECT p.customer_id, p.currency, p.document_id, sum(p.amount_minor) AS amount
    FROM billing_posting p JOIN billing_entry e ON e.id = p.entry_id
    WHERE p.account = 'receivable' AND e.posted_on <= %s {within}
    GROUP BY p.customer_id, p.currency, p.document_id HAVING sum(p.amount_minor) <> 0
)
SELECT n.id, o.currency,
    coalesce(sum(o.amount) FILTER (WHERE d.due_on >= %s), 0),
    coalesce(sum(o.amount) FILTER (WHERE d.due_on < %s AND d.due_on >= %s), 0),
    coalesce(sum(o.amount) FILTER (WHERE d.due_on < %s AND d.due_on >= %s), 0),
    coalesce(sum(o.amount) FILTER (WHERE d.due_on < %s AND d.due_on >= %s), 0),
    coalesce(sum(o.amount) FILTER (WHERE d.due_on < %s), 0)
FROM owed o JOIN accounts_customer c ON c.id = o.customer_id
JOIN nodes n ON n.tree_id = c.tree_id AND c.lft BETWEEN n.lft AND n.rght
JOIN billing_document d ON d.id = o.document_id
GROUP BY n.id, o.currency
"""
