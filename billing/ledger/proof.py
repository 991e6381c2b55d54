"""Proof of the books: the sentences that must hold over the whole ledger, asked of the database in a few statements."""

from django.db import connection

_QUESTIONS = {
    "entry {0} ({1}) does not balance in {2}: {3}": """
        SELECT e.id, e.key, p.currency, sum(p.amount_minor) FROM billing_entry e JOIN billing_posting p ON p.entry_id = e.id
        GROUP BY e.id, e.key, p.currency HAVING sum(p.amount_minor) <> 0 ORDER BY e.id""",
    "entry {0} ({1}) has no postings": """
        SELECT e.id, e.key FROM billing_entry e
        WHERE NOT EXISTS (SELECT 1 FROM billing_posting p WHERE p.entry_id = e.id) ORDER BY e.id""",
    "customer {0} has a credit below zero with {1}: {2} {3}": """
        SELECT p.customer_id, p.detail, -sum(p.amount_minor), p.currency FROM billing_posting p
        WHERE p.account = 'customer_credit' GROUP BY p.customer_id, p.detail, p.currency
        HAVING sum(p.amount_minor) > 0 ORDER BY p.customer_id""",
    "rounding does not stay zero: {0} {1}": """
        SELECT sum(p.amount_minor), p.currency FROM billing_posting p WHERE p.account = 'rounding'
        GROUP BY p.currency HAVING sum(p.amount_minor) <> 0 ORDER BY p.currency""",
}


def faults() -> list[str]:
    """Return a sentence for every fault in the ledger; empty when the books are right."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, question in _QUESTIONS.items():
            cursor.execute(question)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found
