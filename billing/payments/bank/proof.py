"""Proof of the bank lines: what they brought, became and booked agrees, asked of the database in a few statements."""

from typing import Final

from django.db import connection

_QUESTIONS: Final = {
    "bank line {0} brought {1}, its payment {2} is of {3}": """
        SELECT l.ref, l.amount_minor, p.ref, p.amount_minor FROM billing_bankline l JOIN billing_payment p ON p.id = l.payment_id
        WHERE p.gateway = 'bank' AND (p.amount_minor <> l.amount_minor OR p.currency <> l.currency) ORDER BY l.id""",
    "bank line {0} of {1} stands in the ledger with {2}": """
        SELECT l.ref, l.amount_minor, coalesce(b.amount, 0) FROM billing_bankline l LEFT JOIN (
            SELECT e.about_ref, sum(g.amount_minor) AS amount FROM billing_entry e JOIN billing_posting g ON g.entry_id = e.id
            WHERE e.what IN ('bank_line', 'bank_line_reversed') AND g.account = 'cash' GROUP BY e.about_ref
        ) b ON b.about_ref = l.ref
        WHERE coalesce(b.amount, 0) <> CASE l.status WHEN 'matched' THEN l.amount_minor ELSE 0 END ORDER BY l.id""",
    "bank line {0} kept {1} over, its payment left {2}": """
        SELECT l.ref, l.over_minor, p.amount_minor - coalesce(s.amount, 0) FROM billing_bankline l
        JOIN billing_payment p ON p.id = l.payment_id LEFT JOIN (
            SELECT payment_id, sum(amount_minor) AS amount FROM billing_settlement WHERE amount_minor > 0 GROUP BY payment_id
        ) s ON s.payment_id = p.id
        WHERE l.over_minor > 0 AND l.over_minor > p.amount_minor - coalesce(s.amount, 0) ORDER BY l.id""",
    "direct debit {0} is {1}, its payment {2}": """
        SELECT d.end_to_end, d.status, p.status FROM billing_directdebit d JOIN billing_payment p ON p.ref = d.end_to_end
        WHERE (p.status = 'succeeded') <> (d.status IN ('collected', 'returned')) ORDER BY d.id""",
}


def faults() -> list[str]:
    """Return a sentence for every fault of a bank line; empty when all are right."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, question in _QUESTIONS.items():
            cursor.execute(question)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found
