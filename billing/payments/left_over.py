"""Left over: what of each payment still stands as credit that nobody used or gave back, and with which seller.

Read from the books alone: each payer's credit with each seller is followed from posting to posting (credit_followed.py). Amounts
are minor units of the payment's currency.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from django.db import connection

from billing.payments import credit_followed
from billing.payments.credit_followed import Move
from billing.payments.models import Payment

# All that moved the credit which payers hold now, by payer, currency and seller, with the payment it was about.
MOVES: Final = """
WITH held AS (
    SELECT g.customer_id, g.currency, g.detail FROM billing_posting g
    WHERE g.account = 'customer_credit' AND (%(everybody)s OR g.customer_id = ANY(%(customers)s::bigint[]))
    GROUP BY g.customer_id, g.currency, g.detail HAVING sum(g.amount_minor) < 0
)
SELECT h.customer_id, h.currency, h.detail, -g.amount_minor, e.about_ref, coalesce(p.id, r.payment_id)
FROM held h JOIN billing_posting g
    ON g.customer_id = h.customer_id AND g.account = 'customer_credit' AND g.currency = h.currency AND g.detail = h.detail
JOIN billing_entry e ON e.id = g.entry_id
LEFT JOIN billing_payment p ON p.ref = e.about_ref
LEFT JOIN billing_refund r ON r.ref = e.about_ref
ORDER BY h.customer_id, h.currency, h.detail, g.id
"""


def by_seller(customer_ids: Sequence[int] | None) -> dict[int, dict[str, int]]:
    """Return, by the key of each payment of these payers (None: of all), what is left of it with which seller."""
    asked: dict[str, Any] = {"customers": list(customer_ids or ()), "everybody": customer_ids is None}
    with connection.cursor() as cursor:
        cursor.execute(MOVES, asked)
        rows: list[tuple[int, str, str, int, str, int | None]] = cursor.fetchall()
    left: dict[int, dict[str, int]] = {}
    for (_payer, _currency, seller), moves in groupby(rows, key=lambda row: row[:3]):
        parts = credit_followed.left_by_payment(Move(amount, about, payment) for *_, amount, about, payment in moves)
        for payment, amount in parts.items():
            if payment is not None:
                left.setdefault(payment, {})[seller] = amount
    return left


def of(payment: Payment) -> dict[str, int]:
    """Return what is left of one payment with which seller; the caller holds the payer."""
    return by_seller([payment.payer_id]).get(payment.pk, {})
