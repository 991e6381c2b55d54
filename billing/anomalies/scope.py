"""Scope: the lines a detector looks at, for some customers or for everybody, and their rows loaded with what evidence tells."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from billing.invoices.models import Line

# `l` is a line that charges something on an issued invoice, `d` its document; what customers use or pay for is theirs.
CHARGED: Final = """
billing_line l JOIN billing_document d ON d.id = l.document_id AND d.status = 'issued' AND d.kind = 'invoice'
    AND (%(everybody)s OR l.customer_id = ANY(%(customers)s::bigint[]) OR d.customer_id = ANY(%(customers)s::bigint[]))
    AND l.corrects_id IS NULL AND l.amount_minor > l.credited_minor
"""


def rows(question: str, customer_ids: Sequence[int] | None, **facts: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a question about `CHARGED`, asked for these customers (None: for everybody)."""
    asked = {"everybody": customer_ids is None, "customers": list(customer_ids or ()), **facts}
    with connection.cursor() as cursor:
        cursor.execute(question, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def lines(keys: Iterable[int]) -> dict[int, Line]:
    """Return lines by key, with what a suspect and its evidence need."""
    wanted = set(keys)
    related = ("document__customer", "customer", "product", "subscription")
    return Line.objects.select_related(*related).in_bulk(wanted) if wanted else {}
