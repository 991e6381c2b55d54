"""Recognition: when what was invoiced becomes revenue: month by month, as the days of each line are served.

A line for days that reach beyond the day of its document is posted to deferred revenue, everything else to revenue at once.
After each month its part is moved over, worked out from the line's own amount and days (ledger/spreading.py): what was earned by
the end of the month, less what was recognised before. So a document that comes late catches up, nothing is recognised twice, and
what is deferred and recognised always adds up to the line. A credit is a line with days of its own and does the same below zero.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from accounts.customers.models import Customer
from billing.invoices import newline
from billing.invoices.models import Line
from billing.ledger import posting, spreading
from billing.ledger.models import Recognition
from billing.ledger.posting import PostingLine

LINES_AT_ONCE: Final = 5_000
WHAT: Final = "revenue_recognised"
# What is earned on the day it is charged, whatever days stand on the line.
AT_ONCE: Final = (newline.SETUP_FEE, newline.ACCOUNT_CREDIT, newline.WALLET_TOPUP)

# The days a line is for: its own, or those of the lines that it reduces.
SINCE: Final = "coalesce(l.since, (l.derivation->'earned_over'->>0)::date)"
UNTIL: Final = "coalesce(l.until, (l.derivation->'earned_over'->>1)::date)"
# The lines that were posted to deferred revenue: what `is_deferred` says, asked of the database.
LINES: Final = """
FROM billing_line l JOIN billing_document d ON d.id = l.document_id AND d.status = 'issued' AND d.origin = 'accord'
JOIN billing_legalentity e ON e.id = d.legal_entity_id
LEFT JOIN billing_line was ON was.id = l.corrects_id
LEFT JOIN LATERAL (SELECT sum(x.amount_minor)::bigint AS done, max(x.month) AS last FROM billing_recognition x
    WHERE x.line_id = l.id) r ON true
"""
_IS_BOOKED: Final = "EXISTS (SELECT 1 FROM billing_posting p WHERE p.document_id = d.id AND p.account = 'deferred_revenue')"
_KINDS: Final = "coalesce(was.kind, l.kind) NOT IN ('setup_fee', 'account_credit', 'wallet_topup')"
DEFERRED: Final = f"{UNTIL} > d.issued_on AND {_KINDS} AND {_IS_BOOKED}"


class _Waiting(NamedTuple):
    """A line of which something is still to be recognised, and how much was."""

    pk: int
    amount_minor: int
    since: date
    until: date
    payer: int
    currency: str
    seller: str
    done: int


_WAITING: Final = f"""
SELECT l.id, l.amount_minor, {SINCE}, {UNTIL}, d.customer_id, d.currency, e.code, coalesce(r.done, 0)
{LINES} WHERE {DEFERRED} AND l.id > %(after)s AND l.amount_minor <> 0 AND {SINCE} < %(ends)s AND d.issued_on < %(ends)s
AND coalesce(r.done, 0) <> l.amount_minor AND coalesce(r.last < %(month)s, true) ORDER BY l.id LIMIT %(most)s
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class Recognised:
    """What was recognised for a month: how many lines, and the total per currency."""

    month: date
    lines: int
    amounts: dict[str, int]


def days_of(line: Line) -> tuple[date, date] | None:
    """Return the days `[since, until)` a line is for; those of the lines it reduces; none when it is for no days."""
    if line.since and line.until:
        return line.since, line.until
    told: Sequence[str] = line.derivation.get("earned_over", ())
    return (date.fromisoformat(told[0]), date.fromisoformat(told[1])) if told else None


def is_deferred(line: Line, issued_on: date) -> bool:
    """Say whether a line of a document of that day is earned later, as its days are served."""
    days = days_of(line)
    return days is not None and days[1] > issued_on and line.booked_as not in AT_ONCE


def recognise_ended_months(*, today: date, at: datetime) -> list[Recognised]:
    """Recognise every month that ended before `today` and has something left; doing it again finds only what came late."""
    first = _first_month()
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    found = []
    while first is not None and first <= last:
        found.append(recognise(month=first, at=at))
        first = spreading.next_month(first)
    return [one for one in found if one.lines]


def recognise(*, month: date, at: datetime) -> Recognised:
    """Move what was earned by the end of `month` (its first day) from deferred revenue to revenue, dated its last day."""
    ends = spreading.next_month(month)
    amounts: dict[str, int] = defaultdict(int)
    lines = last = 0
    while True:
        with transaction.atomic():
            _one_at_a_time()
            waiting = _waiting(month, ends, last)
            if not waiting:
                return Recognised(month, lines, dict(amounts))
            last = waiting[-1].pk
            parts = [(line, spreading.earned_by(line.amount_minor, line.since, line.until, ends) - line.done) for line in waiting]
            earned = [(line, part) for line, part in parts if part]
            _write(earned, month, ends, at)
        lines += len(earned)
        for line, part in earned:
            amounts[line.currency] += part


def _first_month() -> date | None:
    """Return the month to begin with: the last recognised one, for what came late; else that of the first deferred document."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(month) FROM billing_recognition), (SELECT min(e.posted_on) FROM billing_posting p"
            " JOIN billing_entry e ON e.id = p.entry_id WHERE p.account = 'deferred_revenue'))"
        )
        (found,) = cursor.fetchone()
    return found.replace(day=1) if found else None


def _waiting(month: date, ends: date, after: int) -> list[_Waiting]:
    asked: dict[str, Any] = {"after": after, "ends": ends, "month": month, "most": LINES_AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, asked)
        return [_Waiting(*row) for row in cursor.fetchall()]


def _write(earned: Sequence[tuple[_Waiting, int]], month: date, ends: date, at: datetime) -> None:
    books: dict[tuple[str, str], list[tuple[_Waiting, int]]] = defaultdict(list)
    for line, part in earned:
        books[line.seller, line.currency].append((line, part))
    for (seller, currency), found in sorted(books.items()):
        entry = posting.post(
            what=WHAT, about_ref=f"{month:%Y-%m}", key=f"recognise:{month:%Y-%m}:{seller}:{currency}:{found[0][0].pk}",
            postings=list(_sides(found, currency)), on=ends - timedelta(days=1), at=at,
        )  # fmt: skip
        Recognition.objects.bulk_create(
            [Recognition(line_id=line.pk, month=month, amount_minor=part, entry=entry) for line, part in found]
        )


def _sides(found: Sequence[tuple[_Waiting, int]], currency: str) -> Iterator[PostingLine]:
    """Two sides for each payer's charges and two for its credits, so that neither hides the other."""
    sums: dict[tuple[int, bool], int] = defaultdict(int)
    for line, part in found:
        sums[line.payer, part < 0] += part
    for (payer, _), amount in sorted(sums.items()):
        yield PostingLine(posting.DEFERRED_REVENUE, amount, currency, Customer(pk=payer))
        yield PostingLine(posting.REVENUE, -amount, currency, Customer(pk=payer))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accord recognition', 0))")
