"""Revenue: what was recognised in each month, what is still deferred, and in which months it will be earned.

Recognised and deferred are read from the ledger by the day of the entry; what is still to come from the lines and their days, by
the same rule as recognition itself. What is to come adds up to what is deferred, to the cent. Amounts are minor units of one
currency.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Sum

from billing.invoices import recognition
from billing.ledger import spreading
from billing.ledger.models import Posting

BEFORE: Final = date(1900, 1, 1)


@dataclass(frozen=True)
class Month:
    """A month, by its first day: what was recognised in it, and what was deferred when it ended."""

    month: date
    currency: str
    recognised_minor: int
    deferred_minor: int


@dataclass(frozen=True)
class Coming:
    """What will be earned in a month of what is deferred now; the last one holds everything later."""

    month: date
    currency: str
    amount_minor: int


def currencies() -> list[str]:
    """Return the currencies in which revenue was booked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT currency FROM billing_posting WHERE account IN ('revenue', 'deferred_revenue') ORDER BY currency"
        )
        return [currency for (currency,) in cursor.fetchall()]


def months(currency: str, *, first: date, count: int) -> list[Month]:
    """Return `count` months from that of the day `first`, oldest first."""
    begins = first.replace(day=1)
    rows = {}
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [begins, BEFORE, currency])
        rows = {month: (int(revenue or 0), int(deferred or 0)) for month, revenue, deferred in cursor.fetchall()}
    found, deferred, month = [], rows.get(BEFORE, (0, 0))[1], begins
    for _ in range(count):
        recognised, moved = rows.get(month, (0, 0))
        deferred += moved
        found.append(Month(month, currency, recognised, deferred))
        month = spreading.next_month(month)
    return found


@dataclass(frozen=True)
class Booked:
    """What a month's revenue is made of: days earned, what was charged at once, and what was credited, which is below zero."""

    days_minor: int
    at_once_minor: int
    credited_minor: int


def booked(currency: str, month: date) -> Booked:
    """Return what the revenue booked in the month of that day is made of; the parts add up to what was recognised in it."""
    begins = month.replace(day=1)
    found = Posting.objects.filter(account=Posting.Account.REVENUE, currency=currency).order_by()
    within = found.filter(entry__posted_on__gte=begins, entry__posted_on__lt=spreading.next_month(begins))
    sums = {what: -int(total) for what, total in within.values_list("entry__what").annotate(Sum("amount_minor"))}
    days, credited = sums.pop(recognition.WHAT, 0), sums.pop("credit_note_issued", 0)
    return Booked(days, sum(sums.values()), credited)


def coming(currency: str, *, first: date, count: int) -> list[Coming]:
    """Return when what is deferred will be earned, from the month of the day `first` on; what is overdue is in the first."""
    ends = [spreading.next_month(first)]
    for _ in range(count - 2):
        ends.append(spreading.next_month(ends[-1]))
    reached = _earned(currency, [*ends, date.max])
    found, before = [], 0
    for end, amount in zip([*ends, spreading.next_month(ends[-1])], reached, strict=True):
        month = (end - timedelta(days=1)).replace(day=1)
        found.append(Coming(month, currency, amount - before))
        before = amount
    return found


def _earned(currency: str, days: list[date]) -> list[int]:
    """Return for each day what will have been earned by it beyond what is recognised, of all deferred lines."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, [currency, days])
        rows: list[tuple[date, Any]] = cursor.fetchall()
    found = {day: int(amount or 0) for day, amount in rows}
    return [found[day] for day in days]


_MONTHS: Final = """
SELECT CASE WHEN e.posted_on >= %s THEN date_trunc('month', e.posted_on)::date ELSE %s END AS month,
    -sum(p.amount_minor) FILTER (WHERE p.account = 'revenue'), -sum(p.amount_minor) FILTER (WHERE p.account = 'deferred_revenue')
FROM billing_posting p JOIN billing_entry e ON e.id = p.entry_id
WHERE p.account IN ('revenue', 'deferred_revenue') AND p.currency = %s GROUP BY 1
"""
# Half up away from zero, in whole numbers, as ledger/spreading.py does.
_EARNED: Final = f"""
WITH lines AS (
    SELECT l.amount_minor::numeric AS amount, {recognition.SINCE} AS since, {recognition.UNTIL} AS until,
        coalesce(r.done, 0) AS done
    {recognition.LINES} WHERE {recognition.DEFERRED} AND d.currency = %s
),
days AS (SELECT unnest(%s::date[]) AS day)
SELECT day, coalesce(sum(sign(amount) * div(2 * abs(amount) * (least(greatest(day, since), until) - since) + (until - since),
    2 * (until - since)) - done), 0)
FROM days LEFT JOIN lines ON true GROUP BY day
"""  # noqa: S608 - made of constants
