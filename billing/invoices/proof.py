"""Proof of the documents: the sentences that must hold over all of them, asked of the database in a few statements.

Sums, numbers, cover, credits and settlements are proved by set; the hash of each issued document is worked out anew from its
rows, a thousand at a time.
"""

from itertools import groupby
from typing import Final

from django.db import connection

from billing.invoices import fingerprint, recognition
from billing.invoices.models import Document, Line

_QUESTIONS: Final = {
    "document {0}: its lines sum to {1} net and {2} tax, the document says {3} and {4}": """
        SELECT d.ref, l.net, l.tax, d.subtotal_minor, d.tax_minor FROM billing_document d LEFT JOIN (
            SELECT document_id, sum(amount_minor) AS net, sum(tax_minor) AS tax FROM billing_line GROUP BY document_id
        ) l ON l.document_id = d.id
        WHERE d.status = 'issued' AND (l.net IS DISTINCT FROM d.subtotal_minor OR l.tax IS DISTINCT FROM d.tax_minor)
        ORDER BY d.id""",
    "document {0}: net and tax do not make its total": """
        SELECT ref FROM billing_document WHERE total_minor <> subtotal_minor + tax_minor ORDER BY id""",
    "series {0}{1}: {2} documents stand under the numbers up to {3}, last drawn is {4}": """
        SELECT e.ref_prefix, s.code, count(d.id), coalesce(max(d.sequence), 0), s.last_number
        FROM billing_numberseries s JOIN billing_legalentity e ON e.id = s.legal_entity_id
        LEFT JOIN billing_document d ON d.legal_entity_id = s.legal_entity_id AND d.series = s.code AND d.status = 'issued'
        GROUP BY e.ref_prefix, s.code, s.last_number
        HAVING count(d.id) <> s.last_number OR coalesce(max(d.sequence), 0) <> s.last_number ORDER BY 1, 2""",
    "document {0} has a number of no series": """
        SELECT d.ref FROM billing_document d WHERE d.status = 'issued' AND d.origin = 'accord' AND NOT EXISTS (
            SELECT 1 FROM billing_numberseries s WHERE s.legal_entity_id = d.legal_entity_id AND s.code = d.series)
        ORDER BY d.id""",
    "document {0}: {1} is open, but its receivable postings sum to {2}": """
        SELECT d.ref, d.open_minor, coalesce(p.amount, 0) FROM billing_document d LEFT JOIN (
            SELECT document_id, sum(amount_minor) AS amount FROM billing_posting WHERE account = 'receivable' GROUP BY document_id
        ) p ON p.document_id = d.id
        WHERE d.status = 'issued' AND coalesce(p.amount, 0) <> d.open_minor ORDER BY d.id""",
    "document {0}: {1} is open, but its total less what settled it is {2}": """
        SELECT d.ref, d.open_minor, d.total_minor - coalesce(s.amount, 0) FROM billing_document d LEFT JOIN (
            SELECT document_id, sum(amount_minor) AS amount FROM billing_settlement GROUP BY document_id
        ) s ON s.document_id = d.id
        WHERE d.status = 'issued' AND d.kind = 'invoice' AND d.open_minor <> d.total_minor - coalesce(s.amount, 0)
        ORDER BY d.id""",
    "document {0}: nothing in the ledger stands for its total of {1}": """
        SELECT d.ref, d.total_minor FROM billing_document d WHERE d.status = 'issued' AND d.total_minor <> 0 AND NOT EXISTS (
            SELECT 1 FROM billing_posting p WHERE p.document_id = d.id AND p.account = 'receivable'
            AND p.amount_minor = d.total_minor) ORDER BY d.id""",
    "line {0} of document {1}: {2} was credited by lines, its counter says {3}": """
        SELECT l.position, d.ref, coalesce(c.amount, 0), l.credited_minor FROM billing_line l
        JOIN billing_document d ON d.id = l.document_id LEFT JOIN (
            SELECT k.corrects_id, -sum(k.amount_minor) AS amount FROM billing_line k JOIN billing_document n
            ON n.id = k.document_id AND n.status = 'issued' WHERE k.corrects_id IS NOT NULL GROUP BY k.corrects_id
        ) c ON c.corrects_id = l.id
        WHERE d.status = 'issued' AND coalesce(c.amount, 0) <> l.credited_minor ORDER BY l.id""",
    "line {0} of document {1} is credited beyond its amount": """
        SELECT l.position, d.ref FROM billing_line l JOIN billing_document d ON d.id = l.document_id
        WHERE l.credited_minor > greatest(l.amount_minor, 0) OR l.credited_minor < least(l.amount_minor, 0) ORDER BY l.id""",
    "subscription {0}, charge {1}: {2} and {3} cover the same day": """
        SELECT s.ref, a.charge_code, a.days, b.days FROM billing_coverage a JOIN billing_coverage b
        ON b.subscription_id = a.subscription_id AND b.charge_code = a.charge_code AND b.id > a.id AND b.days && a.days
        JOIN billing_subscription s ON s.id = a.subscription_id ORDER BY a.id""",
    "line {0} of document {1} covers {2}, but was issued for {3} to {4}": """
        SELECT l.position, d.ref, c.days, l.since, l.until FROM billing_coverage c JOIN billing_line l ON l.id = c.line_id
        JOIN billing_document d ON d.id = l.document_id LEFT JOIN (
            SELECT corrects_id, min(since) AS since FROM billing_line WHERE kind = 'proration_credit' GROUP BY corrects_id
        ) k ON k.corrects_id = l.id
        WHERE NOT (c.days <@ daterange(l.since, l.until)) OR lower(c.days) <> l.since
        OR upper(c.days) > least(l.until, k.since) ORDER BY l.id""",
    "line {0} of document {1} covers no day, though it was not given back": """
        SELECT l.position, d.ref FROM billing_line l JOIN billing_document d ON d.id = l.document_id AND d.status = 'issued'
        WHERE l.kind IN ('recurring', 'setup_fee', 'usage') AND l.subscription_id IS NOT NULL AND l.corrects_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM billing_coverage c WHERE c.line_id = l.id)
        AND l.credited_minor < l.amount_minor
        AND NOT EXISTS (SELECT 1 FROM billing_line k WHERE k.corrects_id = l.id AND k.kind = 'proration_credit'
                        AND k.since <= l.since) ORDER BY l.id""",
    "document {0}: {1} of its lines is earned later, {2} was deferred": f"""
        SELECT w.ref, coalesce(x.amount, 0), p.amount FROM (
            SELECT document_id, -sum(amount_minor) AS amount FROM billing_posting
            WHERE account = 'deferred_revenue' AND document_id IS NOT NULL GROUP BY document_id
        ) p JOIN billing_document w ON w.id = p.document_id LEFT JOIN (
            SELECT d.id, sum(l.amount_minor) AS amount {recognition.LINES} WHERE {recognition.DEFERRED} GROUP BY d.id
        ) x ON x.id = w.id WHERE coalesce(x.amount, 0) <> p.amount ORDER BY w.id""",  # noqa: S608 - made of constants
    "entry {0}: {1} of lines was recognised with it, it moved {2}": """
        SELECT e.key, coalesce(r.amount, 0), coalesce(p.amount, 0) FROM billing_entry e LEFT JOIN (
            SELECT entry_id, sum(amount_minor) AS amount FROM billing_posting WHERE account = 'deferred_revenue' GROUP BY entry_id
        ) p ON p.entry_id = e.id LEFT JOIN (
            SELECT entry_id, sum(amount_minor) AS amount FROM billing_recognition GROUP BY entry_id
        ) r ON r.entry_id = e.id
        WHERE (e.what = 'revenue_recognised' OR r.amount IS NOT NULL) AND coalesce(r.amount, 0) <> coalesce(p.amount, 0)
        ORDER BY e.id""",
    "in {0} the books hold {1} as deferred, the lines say {2}": f"""
        SELECT b.currency, b.amount, coalesce(x.amount, 0) FROM (
            SELECT currency, -sum(amount_minor) AS amount FROM billing_posting
            WHERE account = 'deferred_revenue' GROUP BY currency
        ) b LEFT JOIN (
            SELECT d.currency, sum(l.amount_minor - coalesce(r.done, 0)) AS amount
            {recognition.LINES} WHERE {recognition.DEFERRED} GROUP BY d.currency
        ) x ON x.currency = b.currency WHERE coalesce(x.amount, 0) <> b.amount ORDER BY b.currency""",  # noqa: S608 - made of constants
}


def faults() -> list[str]:
    """Return a sentence for every fault of a document; empty when all are right."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, question in _QUESTIONS.items():
            cursor.execute(question)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found + _changed()


def _changed() -> list[str]:
    """Return the issued documents whose rows are no longer those their hash was made of."""
    found: list[str] = []
    last = 0
    while chunk := list(Document.objects.issued().filter(pk__gt=last).order_by("pk")[:1000]):
        last = chunk[-1].pk
        stored = Line.objects.filter(document__in=chunk).order_by("document_id", "position")
        lines = {key: list(group) for key, group in groupby(stored, key=lambda line: line.document_id)}
        found += [
            f"document {document.ref} is not what was issued: its hash differs"
            for document in chunk
            if document.content_hash != fingerprint.of(document, lines.get(document.pk, []))
        ]
    return found
