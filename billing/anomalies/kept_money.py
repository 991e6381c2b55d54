"""Kept money: what payments left as credit that nobody gave back or used, and which invoices were paid twice by them.

Two detectors look through it: `double_payment` and `unapplied_money`. Amounts are minor units. A payment that was undone left
nothing; what is still there is never more than the credit the payer holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from billing.invoices.models import Document
from billing.money import Money
from billing.payments.models import Payment

# One row per payment with money left; the invoices that it and another payment were both meant for, and those still open.
KEPT: Final = """
WITH settled AS (
    SELECT payment_id, document_id, sum(amount_minor) AS net
    FROM billing_settlement WHERE payment_id IS NOT NULL GROUP BY payment_id, document_id
),
charged_back AS (
    SELECT e.about_ref, -sum(g.amount_minor) AS amount FROM billing_entry e JOIN billing_posting g ON g.entry_id = e.id
    WHERE e.what IN ('charge_back', 'charge_back_reversed') AND g.account = 'clearing' GROUP BY e.about_ref
),
left_over AS (
    SELECT p.id, p.payer_id, p.currency,
        p.amount_minor - p.refunded_minor - coalesce(c.amount, 0) - coalesce(sum(s.net), 0) AS amount
    FROM billing_payment p LEFT JOIN settled s ON s.payment_id = p.id LEFT JOIN charged_back c ON c.about_ref = p.ref
    WHERE p.status = 'succeeded' AND (%(everybody)s OR p.payer_id = ANY(%(customers)s::bigint[]))
      AND NOT EXISTS (SELECT 1 FROM billing_entry e WHERE e.about_ref = p.ref AND e.what = 'payment_undone')
    GROUP BY p.id, c.amount HAVING p.amount_minor - p.refunded_minor - coalesce(c.amount, 0) > coalesce(sum(s.net), 0)
),
held AS (
    SELECT g.customer_id, g.currency, -sum(g.amount_minor) AS amount FROM billing_posting g
    WHERE g.account = 'customer_credit' AND g.customer_id IN (SELECT payer_id FROM left_over)
    GROUP BY g.customer_id, g.currency HAVING sum(g.amount_minor) < 0
)
SELECT l.id, least(l.amount, h.amount)::bigint,
    (SELECT array_agg(x.document_id ORDER BY x.document_id) FROM billing_paymentshare x
     LEFT JOIN settled mine ON mine.payment_id = l.id AND mine.document_id = x.document_id
     WHERE x.payment_id = l.id AND coalesce(mine.net, 0) < x.amount_minor AND EXISTS (
         SELECT 1 FROM settled other WHERE other.document_id = x.document_id AND other.payment_id <> l.id AND other.net > 0)),
    (SELECT array_agg(d.id ORDER BY d.due_on, d.id) FROM billing_document d
     WHERE d.customer_id = l.payer_id AND d.currency = l.currency AND d.open_minor > 0 AND d.status = 'issued')
FROM left_over l JOIN held h ON h.customer_id = l.payer_id AND h.currency = l.currency ORDER BY l.id
"""


@dataclass(frozen=True)
class Kept:
    """A payment that left money: how much of it is still there, what it paid twice, and what it could pay."""

    payment: Payment
    amount: Money
    paid_twice: Sequence[Document] = field(default_factory=tuple)
    could_pay: Sequence[Document] = field(default_factory=tuple)


def by(customer_ids: Sequence[int] | None) -> list[Kept]:
    """Return the payments of these customers (None: of all) that left money which is still there."""
    asked: dict[str, Any] = {"customers": list(customer_ids or ()), "everybody": customer_ids is None}
    with connection.cursor() as cursor:
        cursor.execute(KEPT, asked)
        rows: list[tuple[int, int, list[int] | None, list[int] | None]] = cursor.fetchall()
    payments = Payment.objects.select_related("payer").in_bulk([row[0] for row in rows])
    documents = Document.objects.in_bulk(_all_of(rows))
    return [
        Kept(
            payment=payments[pk],
            amount=Money(amount_minor, payments[pk].currency),
            paid_twice=_picked(documents, twice),
            could_pay=_picked(documents, open_ones),
        )
        for pk, amount_minor, twice, open_ones in rows
    ]


def _all_of(rows: Sequence[tuple[int, int, list[int] | None, list[int] | None]]) -> set[int]:
    return {pk for _, _, *found in rows for keys in found for pk in keys or ()}


def _picked(documents: dict[int, Document], keys: list[int] | None) -> list[Document]:
    return [documents[key] for key in keys or ()]


def facts_of(kept: Kept) -> dict[str, object]:
    """Return what evidence tells of the payment, as plain JSON."""
    payment = kept.payment
    return {
        "payment": payment.ref,
        "method": payment.method_label,
        "paid": str(Money(payment.amount_minor, payment.currency)),
        "on": str(payment.settled_at.date()) if payment.settled_at else "",
        "left": str(kept.amount),
        "could_pay": [str(document) for document in kept.could_pay],
    }
