"""Concessions: what goodwill cost in a year, beside what was invoiced, group by group, against policy's cap.

Concessions are remedies that give without an error behind them (`Remedy.goodwill`), granted and not taken back, tax included.
Beside them stands what was invoiced in the same year, less credit notes, tax included, in the same currency. The cap
(`remedy.concession_share`, per cent) is policy's; none where it is not said.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.db import connection

from accounts.policies import resolving
from billing.money import Money
from support.remedies.kinds import REMEDIES
from support.remedies.models import Grant

YEAR: Final = timedelta(days=365)
CAP: Final = "remedy.concession_share"
SHOWN: Final = 200
GIVEN: Final = """
WITH given AS (
    SELECT c.tree_id, g.currency, sum(g.amount_minor) AS minor, count(*) AS times
      FROM support_grant g JOIN accounts_customer c ON c.id = g.customer_id
     WHERE g.status = %(granted)s AND g.remedy = ANY(%(goodwill)s) AND g.granted_at > %(since)s AND g.granted_at <= %(until)s
     GROUP BY c.tree_id, g.currency
), billed AS (
    SELECT c.tree_id, d.currency, sum(d.total_minor) AS minor
      FROM billing_document d JOIN accounts_customer c ON c.id = d.customer_id
     WHERE c.tree_id IN (SELECT tree_id FROM given) AND d.status = 'issued' AND d.issued_on > %(day)s
     GROUP BY c.tree_id, d.currency
)
SELECT root.id, root.number, root.name, given.currency, given.minor, given.times, coalesce(billed.minor, 0)
  FROM given JOIN accounts_customer root ON root.tree_id = given.tree_id AND root.parent_id IS NULL
  LEFT JOIN billed ON billed.tree_id = given.tree_id AND billed.currency = given.currency
 ORDER BY given.minor DESC, root.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Concession:
    """What a group was given in a year, how often, and what it was invoiced; the cap in per cent, if any."""

    customer: int
    number: str
    name: str
    given: Money
    times: int
    billed: Money
    cap: int | None

    @property
    def share(self) -> Fraction | None:
        """What was given of what was invoiced, in per cent; None where nothing was invoiced."""
        return Fraction(100 * self.given.amount_minor, self.billed.amount_minor) if self.billed.amount_minor > 0 else None

    @property
    def percent(self) -> Decimal | None:
        """The share with one decimal, half up, to be shown."""
        if self.share is None:
            return None
        return Decimal((20 * self.share.numerator + self.share.denominator) // (2 * self.share.denominator)) / 10

    @property
    def is_over(self) -> bool:
        """Whether it is more than policy lets it be."""
        return self.cap is not None and (self.share is None or self.share > self.cap)


def by_group(*, at: datetime) -> list[Concession]:
    """Return the groups that were given something in the year before `at`, the most first. Three statements."""
    goodwill = [code for code, remedy in REMEDIES.items() if remedy.goodwill]
    facts: dict[str, Any] = {
        "granted": Grant.Status.GRANTED, "goodwill": goodwill, "since": at - YEAR, "until": at, "day": (at - YEAR).date(),
        "most": SHOWN,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(GIVEN, facts)
        rows = cursor.fetchall()
    caps = _caps([row[0] for row in rows], at.date())
    return [
        Concession(pk, number, name, Money(int(given), currency), times, Money(int(billed), currency), caps[pk])
        for pk, number, name, currency, given, times, billed in rows
    ]


def _caps(customers: list[int], on: date) -> dict[int, int | None]:
    return {pk: said[CAP].value for pk, said in resolving.resolve_many(customers, on, [CAP]).items()}
