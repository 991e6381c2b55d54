"""Kept money: what payments left as credit that nobody gave back or used, and which invoices were paid twice by them.

Two detectors look through it: `double_payment` and `unapplied_money`. Amounts are minor units. What is left is reckoned from the
books (billing/payments/left_over.py), so that credit that was used, or that was never money, is nobody's overpayment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Refusal
from billing.invoices.models import Document
from billing.money import Money
from billing.payments import left_over
from billing.payments.models import Payment

# What of these payments can still be sent back; the invoices that each and another were both meant for, and those still open.
ABOUT: Final = """
WITH settled AS (
    SELECT payment_id, document_id, sum(amount_minor) AS net
    FROM billing_settlement WHERE document_id IN (
        SELECT document_id FROM billing_paymentshare WHERE payment_id = ANY(%(payments)s::bigint[])
    ) AND payment_id IS NOT NULL GROUP BY payment_id, document_id
),
charged_back AS (
    SELECT e.about_ref, -sum(g.amount_minor) AS amount FROM billing_entry e JOIN billing_posting g ON g.entry_id = e.id
    WHERE e.what IN ('charge_back', 'charge_back_reversed', 'payment_undone') AND g.account = 'clearing'
      AND e.about_ref IN (SELECT ref FROM billing_payment WHERE id = ANY(%(payments)s::bigint[]))
    GROUP BY e.about_ref
)
SELECT l.id, (l.amount_minor - l.refunded_minor - coalesce(c.amount, 0))::bigint,
    (SELECT array_agg(x.document_id ORDER BY x.document_id) FROM billing_paymentshare x
     LEFT JOIN settled mine ON mine.payment_id = l.id AND mine.document_id = x.document_id
     WHERE x.payment_id = l.id AND coalesce(mine.net, 0) < x.amount_minor AND EXISTS (
         SELECT 1 FROM settled other WHERE other.document_id = x.document_id AND other.payment_id <> l.id AND other.net > 0)),
    (SELECT array_agg(d.id ORDER BY d.due_on, d.id) FROM billing_document d
     WHERE d.customer_id = l.payer_id AND d.currency = l.currency AND d.open_minor > 0 AND d.status = 'issued')
FROM billing_payment l LEFT JOIN charged_back c ON c.about_ref = l.ref
WHERE l.id = ANY(%(payments)s::bigint[]) AND l.status = 'succeeded' ORDER BY l.id
"""

Row = tuple[int, int, list[int] | None, list[int] | None]


class NothingKept(Refusal):
    """Nothing of the payment is left over, or it was answered before."""

    code = "nothing_kept"


@dataclass(frozen=True)
class Kept:
    """A payment that left money: how much of it is still there, with which sellers, what it paid twice, and what it could pay."""

    payment: Payment
    amount: Money
    with_sellers: Mapping[str, int] = field(default_factory=dict)
    paid_twice: Sequence[Document] = field(default_factory=tuple)
    could_pay: Sequence[Document] = field(default_factory=tuple)


def by(customer_ids: Sequence[int] | None) -> list[Kept]:
    """Return the payments of these customers (None: of all) that left money which is still there."""
    left = left_over.by_seller(customer_ids)
    rows = _about(list(left))
    payments = Payment.objects.select_related("payer").in_bulk([row[0] for row in rows])
    documents = Document.objects.in_bulk(_all_of(rows))
    found = []
    for pk, refundable_minor, twice, open_ones in rows:
        payment, parts = payments[pk], _at_most(left[pk], refundable_minor)
        if amount_minor := sum(parts.values()):
            amount, both = Money(amount_minor, payment.currency), _picked(documents, twice)
            found.append(Kept(payment, amount, parts, both, _picked(documents, open_ones)))
    return found


def of(payment: Payment) -> Kept:
    """Return what one payment left that is still there.

    Raises:
        NothingKept: nothing of it is.
    """
    found = next((kept for kept in by([payment.payer_id]) if kept.payment.pk == payment.pk), None)
    if found is None:
        raise NothingKept(_("Nothing of {payment} is left over.").format(payment=payment))
    return found


def is_left_of(payment: Payment) -> bool:
    """Say whether something of a payment is still there that pays for nothing."""
    return any(kept.payment.pk == payment.pk for kept in by([payment.payer_id]))


def _about(payments: list[int]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(ABOUT, {"payments": payments})
        rows: list[Row] = cursor.fetchall()
    return rows


def _at_most(parts: dict[str, int], most_minor: int) -> dict[str, int]:
    """Return the parts cut to what can still be sent back together."""
    cut, left = {}, max(most_minor, 0)
    for seller, amount in parts.items():
        if part := min(amount, left):
            cut[seller] = part
            left -= part
    return cut


def _all_of(rows: Sequence[Row]) -> set[int]:
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
        "on": str(local_day(payment.settled_at, payment.payer.timezone)) if payment.settled_at else "",
        "left": str(kept.amount),
        "could_pay": [str(document) for document in kept.could_pay],
    }
