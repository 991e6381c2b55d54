"""Proof of the remedies: a remedy exists if and only if its document, decision, activity and finance feed row exist.

Each sentence is asked of the whole database in one statement, in both directions: what a remedy must have, and what must
not be there without one.
"""

from typing import Final

from django.db import connection

from support.remedies.kinds import REMEDIES

_QUESTIONS: Final = {
    "{0} was given, but its documents do not come to {1} {2}": """
        SELECT g.ref, g.amount_minor, g.currency FROM support_grant g
        WHERE g.status = 'granted' AND g.remedy <> ALL(%(by_entry)s) AND g.amount_minor IS DISTINCT FROM (
            SELECT coalesce(-sum(d.total_minor), 0) FROM support_grant_documents i JOIN billing_document d ON d.id = i.document_id
            WHERE i.grant_id = g.id AND d.status = 'issued' AND d.currency = g.currency) ORDER BY g.id""",
    "{0} was taken back, but its documents come to {1} {2}": """
        SELECT g.ref, -sum(d.total_minor), g.currency FROM support_grant g
        JOIN support_grant_documents i ON i.grant_id = g.id JOIN billing_document d ON d.id = i.document_id
        WHERE g.status = 'reversed' GROUP BY g.id HAVING sum(d.total_minor) <> 0 ORDER BY g.id""",
    "{0} was given, but its entry does not come to {1} {2}": """
        SELECT g.ref, g.amount_minor, g.currency FROM support_grant g LEFT JOIN support_feedrow f ON f.grant_id = g.id
        JOIN unnest(%(by_entry)s, %(entry_on)s) AS kind(code, account) ON kind.code = g.remedy
        WHERE g.status IN ('granted', 'reversed') AND g.amount_minor IS DISTINCT FROM (SELECT sum(p.amount_minor)
            FROM billing_posting p WHERE p.entry_id = f.entry_id AND p.account = kind.account AND p.currency = g.currency)
        ORDER BY g.id""",
    "{0} was given and nothing says who decided it": """
        SELECT g.ref FROM support_grant g LEFT JOIN support_approval a ON a.grant_id = g.id
        WHERE g.status IN ('granted', 'reversed') AND NOT (coalesce(g.decision ->> 'allowed', '') = 'true' AND a.id IS NULL
            OR coalesce(a.status = 'approved'
              AND g.asked_by_id NOT IN (a.decided_by_id, coalesce(a.stands_in_for_id, 0)), false)) ORDER BY g.id""",
    "{0} was given and is not on the timeline once": """
        SELECT g.ref FROM support_grant g
        WHERE g.status IN ('granted', 'reversed') AND 1 <> (SELECT count(*) FROM accounts_activity t
            WHERE t.about_kind = 'grant' AND t.about_ref = g.ref AND t.kind = 'support.remedy_granted') ORDER BY g.id""",
    "{0} was taken back and is not on the timeline, or not in the books, so": """
        SELECT g.ref FROM support_grant g JOIN support_feedrow f ON f.grant_id = g.id
        WHERE g.status = 'reversed' AND (g.amount_minor > 0 AND f.reversal_id IS NULL OR 1 <> (
            SELECT count(*) FROM accounts_activity t WHERE t.about_kind = 'grant' AND t.about_ref = g.ref
              AND t.kind = 'support.remedy_reversed')) ORDER BY g.id""",
    "{0} was given and finance does not see {1} {2} with the entry of its document": """
        SELECT g.ref, g.amount_minor, g.currency FROM support_grant g
        LEFT JOIN support_feedrow f ON f.grant_id = g.id LEFT JOIN billing_entry e ON e.id = f.entry_id
        LEFT JOIN billing_document d ON d.id = g.document_id
        WHERE g.status IN ('granted', 'reversed') AND (f.id IS NULL OR f.amount_minor <> g.amount_minor
            OR f.currency <> g.currency OR g.amount_minor > 0 AND e.about_ref IS DISTINCT FROM d.ref
            AND e.what IS DISTINCT FROM 'refund') ORDER BY g.id""",
    "the timeline tells of {0}, which was never given": """
        SELECT t.about_ref FROM accounts_activity t LEFT JOIN support_grant g ON g.ref = t.about_ref
            AND g.status IN ('granted', 'reversed') WHERE t.kind = 'support.remedy_granted' AND g.id IS NULL ORDER BY t.id""",
    "finance sees {0}, which was never given": """
        SELECT g.ref FROM support_feedrow f JOIN support_grant g ON g.id = f.grant_id
        WHERE g.status NOT IN ('granted', 'reversed') ORDER BY f.id""",
    "{0} is {1} and its approval is {2}": """
        SELECT g.ref, g.status, coalesce(a.status, '(none)')
        FROM support_grant g LEFT JOIN support_approval a ON a.grant_id = g.id
        WHERE coalesce(a.status, '') <> CASE g.status WHEN 'awaiting_approval' THEN 'waiting' WHEN 'turned_down' THEN 'refused'
            ELSE CASE WHEN a.id IS NULL THEN '' ELSE 'approved' END END ORDER BY g.id""",
    "{0} was issued as a remedy that nobody gave": """
        SELECT e.about_ref FROM billing_entry e JOIN unnest(%(keys)s::text[]) AS remedy(key) ON starts_with(e.key, remedy.key)
        JOIN billing_document d ON d.ref = e.about_ref
        LEFT JOIN support_grant g ON g.document_id = d.id AND g.status IN ('granted', 'reversed')
        WHERE g.id IS NULL ORDER BY e.id""",
}


def faults() -> list[str]:
    """Return a sentence for every remedy that lacks one of its parts, and for every part without its remedy."""
    found: list[str] = []
    by_entry = [kind for kind in REMEDIES.values() if kind.entry_on]
    asked = {
        "keys": [f"credit-line:{code}:" for code in REMEDIES],
        "by_entry": [kind.code for kind in by_entry],
        "entry_on": [kind.entry_on for kind in by_entry],
    }
    with connection.cursor() as cursor:
        for sentence, question in _QUESTIONS.items():
            cursor.execute(question, asked)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found
