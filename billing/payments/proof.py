"""Proof of the payments: what they settled, gave back and booked agrees, asked of the database in a few statements."""

from typing import Final

from django.db import connection

from billing.payments import settlement

_QUESTIONS: Final = {
    "payment {0} of {1} settles {2}": """
        SELECT p.ref, p.amount_minor, sum(s.amount_minor) FROM billing_payment p JOIN billing_settlement s ON s.payment_id = p.id
        GROUP BY p.id HAVING sum(s.amount_minor) > p.amount_minor OR sum(s.amount_minor) < 0 ORDER BY p.id""",
    "payment {0} settles invoices but is {1}": """
        SELECT DISTINCT p.ref, p.status FROM billing_payment p JOIN billing_settlement s ON s.payment_id = p.id
        WHERE p.status <> 'succeeded' ORDER BY p.ref""",
    "payment {0} gave back {1}, its counter says {2}": """
        SELECT p.ref, coalesce(r.amount, 0), p.refunded_minor FROM billing_payment p LEFT JOIN (
            SELECT payment_id, sum(amount_minor) AS amount FROM billing_refund WHERE status <> 'declined' GROUP BY payment_id
        ) r ON r.payment_id = p.id WHERE coalesce(r.amount, 0) <> p.refunded_minor ORDER BY p.id""",
    "payment {0} succeeded but stands in the ledger with {1} instead of {2}": """
        SELECT p.ref, coalesce(b.amount, 0), p.amount_minor FROM billing_payment p LEFT JOIN (
            SELECT e.about_ref, sum(g.amount_minor) AS amount FROM billing_entry e JOIN billing_posting g ON g.entry_id = e.id
            WHERE e.what = 'payment' AND g.account = 'clearing' GROUP BY e.about_ref
        ) b ON b.about_ref = p.ref
        WHERE p.status = 'succeeded' AND coalesce(b.amount, 0) <> p.amount_minor ORDER BY p.id""",
    "payment {0} of {1} gave back {2} and was charged back {3}": """
        SELECT p.ref, p.amount_minor, p.refunded_minor - coalesce(r.amount, 0), coalesce(b.amount, 0)
        FROM billing_payment p LEFT JOIN (
            SELECT payment_id, sum(amount_minor) AS amount FROM billing_refund
            WHERE status <> 'declined' AND "to" = 'credit' GROUP BY payment_id
        ) r ON r.payment_id = p.id LEFT JOIN (
            SELECT e.about_ref, -sum(g.amount_minor) AS amount FROM billing_entry e JOIN billing_posting g ON g.entry_id = e.id
            WHERE e.what = ANY(%(taken_back)s) AND g.account = 'clearing' GROUP BY e.about_ref
        ) b ON b.about_ref = p.ref
        WHERE p.refunded_minor - coalesce(r.amount, 0) + coalesce(b.amount, 0) > p.amount_minor OR coalesce(b.amount, 0) < 0
        ORDER BY p.id""",
    "settlement {0} takes back more than it settled": """
        SELECT s.id FROM billing_settlement s JOIN billing_settlement r ON r.reverses_id = s.id
        GROUP BY s.id HAVING -sum(r.amount_minor) > s.amount_minor ORDER BY s.id""",
    "credit note {0} is absorbed beyond its amount": """
        SELECT d.ref FROM billing_document d JOIN billing_settlement s ON s.credit_note_id = d.id
        GROUP BY d.id HAVING sum(s.amount_minor) > -d.total_minor ORDER BY d.id""",
}


def faults() -> list[str]:
    """Return a sentence for every fault of a payment; empty when all are right."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, question in _QUESTIONS.items():
            cursor.execute(question, {"taken_back": list(settlement.TAKEN_BACK)})
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found
