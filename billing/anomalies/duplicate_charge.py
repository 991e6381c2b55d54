"""Double charge: two invoice lines that charge the same customer for the same thing on the same days.

The same thing: the same product, or, where a line has none (imported history), the same description. The same customer: the
node that used it; a line that was imported for the payer as a whole also meets the lines of the nodes it pays for, if the
amounts are equal. The days that count are those still covered, net of what was given back pro rata. Two charges of one
subscription cannot overlap (database), and different charges of a product, say base fee and seats, are not the same thing.
Nor are two subscriptions of which one was ordered: whoever ordered saw its price and confirmed it beside what ran.

Of two such lines the one to take back is the unpaid one, if just one is unpaid, else the later one; so however many
overlap, one always stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from billing.amendments import ordering
from billing.anomalies import wording
from billing.anomalies.base import Suspect
from billing.invoices import crediting
from billing.invoices.models import Line
from billing.money import Money
from billing.periods import Period

# One row per suspect line: the line, its best twin (paid first, then the earlier), the days both cover, the days the line covers.
PAIRS: Final = """
WITH scope AS MATERIALIZED (
    SELECT id FROM billing_line WHERE customer_id = ANY(%(customers)s::bigint[])
    UNION SELECT l.id FROM billing_line l JOIN billing_document d ON d.id = l.document_id
          WHERE d.customer_id = ANY(%(customers)s::bigint[])
    UNION SELECT id FROM billing_line WHERE id = %(line)s::bigint
    UNION SELECT id FROM billing_line WHERE %(everybody)s
),
charged AS NOT MATERIALIZED (
    SELECT l.id, l.customer_id, d.customer_id AS payer_id, l.product_id, l.subscription_id, l.charge_code, l.currency,
           l.amount_minor, lower(btrim(regexp_replace(l.description, '\\s+', ' ', 'g'))) AS what,
           CASE WHEN l.subscription_id IS NULL THEN daterange(l.since, l.until) ELSE c.days END AS days,
           ROW(d.open_minor > 0, d.issued_on, d.id, l.id) AS rank
    FROM billing_line l
    JOIN billing_document d ON d.id = l.document_id AND d.status = 'issued' AND d.kind = 'invoice'
    LEFT JOIN billing_coverage c ON c.line_id = l.id
    WHERE l.corrects_id IS NULL AND l.since IS NOT NULL AND l.amount_minor > l.credited_minor
),
met AS (
    SELECT a.id AS one, b.id AS other
    FROM scope JOIN charged a ON a.id = scope.id
    JOIN charged b ON b.customer_id = a.customer_id
    WHERE b.id <> a.id AND b.days && a.days
    UNION
    SELECT a.id, b.id
    FROM scope JOIN charged a ON a.id = scope.id
    JOIN charged b ON b.payer_id = a.payer_id
    WHERE b.customer_id <> a.customer_id AND b.days && a.days AND b.amount_minor = a.amount_minor
      AND (a.subscription_id IS NULL AND a.customer_id = a.payer_id OR b.subscription_id IS NULL AND b.customer_id = b.payer_id)
),
pairs AS (SELECT one AS suspect, other AS twin FROM met UNION SELECT other, one FROM met)
SELECT DISTINCT ON (s.id) s.id, t.id, lower(s.days * t.days), upper(s.days * t.days), lower(s.days), upper(s.days)
FROM pairs JOIN charged s ON s.id = pairs.suspect JOIN charged t ON t.id = pairs.twin
WHERE s.rank > t.rank AND s.currency = t.currency
  AND (s.product_id = t.product_id OR (s.product_id IS NULL OR t.product_id IS NULL) AND s.what = t.what)
  AND (s.charge_code = t.charge_code OR s.charge_code = '' OR t.charge_code = '')
  AND (s.subscription_id <> t.subscription_id OR s.subscription_id IS NULL OR t.subscription_id IS NULL)
  AND NOT (s.subscription_id IS NOT NULL AND t.subscription_id IS NOT NULL AND EXISTS (
      SELECT 1 FROM billing_quote q WHERE q.subscription_id IN (s.subscription_id, t.subscription_id)
         AND q.status = 'applied' AND q.change->>'what' = %(ordered)s))
  AND NOT (%(fresh)s AND EXISTS (
      SELECT 1 FROM billing_finding f
      WHERE f.line_id = s.id AND f.status = 'open'
         OR f.key = 'duplicate_charge:' || least(s.id, t.id) || ':' || greatest(s.id, t.id)))
ORDER BY s.id, t.rank
"""


@dataclass(frozen=True)
class Pair:
    """Two lines that charge the same: the one to take back, the one that stays, the days both cover, the days of the first."""

    line: Line
    twin: Line
    overlap: Period
    covered: Period

    @property
    def is_whole(self) -> bool:
        """Whether every day of the line is charged by its twin too."""
        return self.overlap == self.covered

    @property
    def amount(self) -> Money:
        """What was charged twice, tax included: what is left of the line, shared by days where only some overlap."""
        return self._share_of(crediting.left_of(self.line).gross_minor)

    @property
    def net(self) -> Money:
        """What was charged twice, net of tax: what a credit note for it takes back."""
        return self._share_of(crediting.left_of(self.line).net_minor)

    def _share_of(self, amount_minor: int) -> Money:
        alone = self.covered.days - self.overlap.days
        return Money(amount_minor, self.line.currency).share(self.overlap.days, alone)[0]


class DuplicateCharge:
    """Sees what was billed twice."""

    code = "duplicate_charge"
    label = "Billed twice"
    tells_all = False

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the lines used or owed by these customers that charge again what another line charges."""
        everybody = customer_ids is None
        pairs = _pairs(customers=list(customer_ids or ()), line=None, everybody=everybody, fresh=True)
        return [_suspect(self.code, pair) for pair in pairs]


def pairs_of(line: Line) -> list[Pair]:
    """Return the pairs in which `line` charges the same as another line, in either place, findings or not."""
    return _pairs(customers=[], line=line.pk, everybody=False, fresh=False)


def _pairs(**asked: Any) -> list[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, asked | {"ordered": ordering.WHAT})
        rows: list[tuple[int, int, date, date, date, date]] = cursor.fetchall()
    ids = {pk for row in rows for pk in row[:2]}
    known = Line.objects.select_related("document__customer", "customer", "product", "subscription").in_bulk(ids)
    return [
        Pair(known[line], known[twin], Period(since, until), Period(first, end)) for line, twin, since, until, first, end in rows
    ]


def _suspect(code: str, pair: Pair) -> Suspect:
    ids = sorted([pair.line.pk, pair.twin.pk])
    return Suspect(
        key=f"{code}:{ids[0]}:{ids[1]}", line=pair.line, twin=pair.twin, amount=pair.amount, evidence=evidence_of(pair)
    )


def evidence_of(pair: Pair) -> dict[str, Any]:
    """Return what shows that the pair charges twice, as plain JSON, with the sentence that says it."""
    return {
        "words": words_of(pair),
        "duplicate": wording.facts_of(pair.line),
        "twin": wording.facts_of(pair.twin),
        "overlap": {"since": str(pair.overlap.since), "until": str(pair.overlap.until), "days": pair.overlap.days},
        "whole": pair.is_whole,
        "amount": str(pair.amount),
        "net_minor": pair.net.amount_minor,
    }


def words_of(pair: Pair) -> str:
    """Say in plain words what was billed twice, on which invoices, and which of them is the one too many."""
    line, twin = pair.line, pair.twin
    both = f"{wording.amount_of(twin)} on {twin.document} and {wording.amount_of(line)} on {line.document}"
    days = wording.days(pair.overlap.since, pair.overlap.until)
    part = "" if pair.is_whole else f" That is {pair.amount} for {pair.overlap.days} of its {pair.covered.days} days."
    why = "is not paid yet" if wording.is_paid(twin) and not wording.is_paid(line) else "came later"
    return f"{line.description} was billed twice to {line.customer} for {days}: {both}. {line.document} {why}.{part}"
