"""Recurring revenue: what is billed month by month for as long as nothing changes, and what moved it.

It is read from the issued lines: on a day it is what the recurring lines covering that day come to for a month, less what coupons
and discounts took off them, each rounded once. So every cent stands on a document. What goes on and is not billed as far as the
day (the month still runs, or it is billed in arrears) counts as on the last day it was billed for. A line for part of a cycle
counts as the whole cycle, a cycle of n months by its n-th part, one of days by 365/12 days. Between two month ends each
customer's amount is new, expanded, contracted or churned, and the movements lead from one total to the next to the cent. Amounts
are minor units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from accounts.customers.models import Customer
from billing.ledger import spreading
from billing.ledger.balances import NodeBalance


@dataclass(frozen=True)
class Movement:
    """What moved the recurring revenue of one currency between two month ends. `contraction` and `churn` are below zero."""

    on: date
    currency: str
    before_minor: int
    new_minor: int
    expansion_minor: int
    contraction_minor: int
    churn_minor: int
    after_minor: int
    customers: int

    @property
    def retained(self) -> tuple[int, int]:
        """What those who were there before still pay, and what they paid: net revenue retention as a ratio."""
        return self.before_minor + self.expansion_minor + self.contraction_minor + self.churn_minor, self.before_minor


@dataclass(frozen=True)
class Share:
    """One line that counts on the day: what it comes to for a month."""

    customer: str
    name: str
    subscription: str
    document: str
    description: str
    currency: str
    monthly_minor: int


def month_ends(last: date, count: int) -> list[date]:
    """Return the last days of `count` months, up to that of the day `last`, oldest first."""
    found, day = [], spreading.next_month(last) - timedelta(days=1)
    for _ in range(count):
        found.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return found[::-1]


def movements(days: Sequence[date]) -> list[Movement]:
    """Return what moved recurring revenue up to each of the days from the one before; the first has nothing before it."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [list(days)])
        return [Movement(*_told(row)) for row in cursor.fetchall()]


def shares(on: date) -> list[Share]:
    """Return every line that counts on a day, by customer: they add up to the total to the cent."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [[on]])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Share(*row) for row in rows]


def retention_by_segment(since: date, on: date) -> list[tuple[str, Movement]]:
    """Return by segment (empty: none) what moved its customers' recurring revenue between two days."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_SEGMENT, [[since, on], on, on, on])
        return [(row[0], Movement(*_told(row[1:]))) for row in cursor.fetchall()]


def movements_by_channel(since: date, on: date) -> list[tuple[str, Movement]]:
    """Return by channel what moved the recurring revenue of subscriptions between two days; it adds up to the total.

    The channel is whose last word holds: `portal` (a customer's person), `program` (a key), `staff` (our people), `` (agreed
    elsewhere, such as what was brought in). Each subscription counts for itself, so one that is new to a customer who was there
    before is new here, and an expansion by segment. `customers` counts subscriptions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_CHANNEL, [[since, on], on, on])
        return [(row[0], Movement(*_told(row[1:]))) for row in cursor.fetchall()]


def movements_by_source(since: date, on: date, *, offered: Iterable[int]) -> list[tuple[str, Movement]]:
    """Return by source what moved the recurring revenue of subscriptions between two days; it adds up to the total.

    What began within the span, or was billed for its first day within it though it began before (a trial that ended), counts as
    `start` (of a customer who was not there before) or `beside` (of one who was), whatever came after; what ran before under the
    last change agreed: `set_quantity`, `change_plan`, `override_price`, `pause` (or resume), `cancel`, `` (none: coupons,
    discounts). `offered` are the contract events that offers led to: where it is one of them that counts, the source is `offer`.
    `customers` counts subscriptions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_SOURCE, [[since, on], since, list(offered), since, since, on, on])
        return [(row[0], Movement(*_told(row[1:]))) for row in cursor.fetchall()]


def for_nodes(customers: Iterable[Customer], on: date) -> dict[int, NodeBalance]:
    """Return what each customer, and it with everything below, comes to a month on the day `on`; one statement."""
    found = {customer.pk: NodeBalance() for customer in customers}
    with connection.cursor() as cursor:
        cursor.execute(_NODES, [list(found), [on]])
        for node, currency, subtree, own in cursor.fetchall():
            found[node].subtree[currency] = subtree
            if own is not None:
                found[node].own[currency] = own
    return found


def _told(row: Sequence[Any]) -> list[Any]:
    return [row[0], row[1], *(int(value or 0) for value in row[2:])]


_DAYS: Final = "days AS (SELECT unnest(%s::date[]) AS day),"
# The recurring lines of the days, as amounts for a month; what stands between the braces narrows lines and subscriptions. A
# subscription goes on when it falls due again no later than a cycle, give or take the days of a month, after it was billed last.
_MONTHLY: Final = """
billed AS (
    SELECT l.subscription_id, max(upper(c.days)) AS until, max(l.cycle_until - l.cycle_since) AS whole
    FROM billing_subscription s JOIN billing_line l ON l.subscription_id = s.id JOIN billing_coverage c ON c.line_id = l.id
    WHERE s.next_due_on IS NOT NULL AND l.kind = 'recurring' {narrowed} GROUP BY l.subscription_id
),
served AS (
    SELECT days.day, c.line_id FROM days JOIN billing_coverage c ON c.days @> days.day
    UNION ALL
    SELECT days.day, c.line_id
    FROM days JOIN billed ON billed.until <= days.day JOIN billing_subscription s ON s.id = billed.subscription_id
        AND s.next_due_on <= billed.until + billed.whole + 3 AND NOT EXISTS (
            SELECT FROM billing_contractevent e LEFT JOIN billing_contractevent undo ON undo.undoes_id = e.id
            WHERE e.subscription_id = s.id AND e.what IN ('cancel', 'pause') AND undo.id IS NULL
                AND e.effective_on BETWEEN billed.until AND days.day)
    JOIN billing_coverage c ON c.subscription_id = s.id AND c.days @> (billed.until - 1)
),
covering AS (
    SELECT served.day, l.id, l.customer_id, l.subscription_id, l.document_id, l.description, l.currency,
        l.amount_minor - coalesce((
            SELECT sum((r.derivation->'shares'->>l.position::text)::bigint) FROM billing_line r
            WHERE r.document_id = l.document_id AND r.kind IN ('coupon', 'discount') AND r.corrects_id IS NULL), 0) AS net,
        l.until - l.since AS served, l.cycle_until - l.cycle_since AS whole,
        round((l.cycle_until - l.cycle_since) / 30.4375) AS months, l.cycle_since, l.cycle_until
    FROM served JOIN billing_line l ON l.id = served.line_id AND l.kind = 'recurring' {narrowed}
),
monthly AS (
    SELECT *, round(CASE WHEN months >= 1 AND abs((cycle_since + make_interval(months => months::int))::date - cycle_until)
            <= CASE WHEN extract(day FROM cycle_since) >= 28 OR extract(day FROM cycle_until) >= 28 THEN 3 ELSE 0 END
        THEN net::numeric * whole / (months * served) ELSE net::numeric * 365 / (12 * served) END) AS amount
    FROM covering
),
"""
_COVERING: Final = f"WITH {_DAYS} {_MONTHLY.format(narrowed='')}"
_NODES: Final = f"""
WITH inside AS (
    SELECT asked.id AS asked, node.id
    FROM accounts_customer asked
    JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft BETWEEN asked.lft AND asked.rght
    WHERE asked.id = ANY(%s)
), {_DAYS} {_MONTHLY.format(narrowed="AND l.customer_id IN (SELECT id FROM inside)")}
per AS (SELECT customer_id, currency, sum(amount) AS amount FROM monthly GROUP BY customer_id, currency)
SELECT inside.asked, per.currency, sum(per.amount)::bigint, (sum(per.amount) FILTER (WHERE inside.id = inside.asked))::bigint
FROM inside JOIN per ON per.customer_id = inside.id GROUP BY inside.asked, per.currency
"""  # noqa: S608 - made of constants
_PER_CUSTOMER: Final = """
per AS (SELECT customer_id, currency, day, sum(amount) AS amount FROM monthly GROUP BY customer_id, currency, day),
moved AS (
    SELECT k.customer_id, k.currency, days.day, coalesce(per.amount, 0) AS after,
        lag(coalesce(per.amount, 0)) OVER (PARTITION BY k.customer_id, k.currency ORDER BY days.day) AS before
    FROM (SELECT DISTINCT customer_id, currency FROM per) k CROSS JOIN days
    LEFT JOIN per ON per.customer_id = k.customer_id AND per.currency = k.currency AND per.day = days.day
)
"""
_SUMS: Final = """
m.day, m.currency, sum(m.before),
sum(m.after) FILTER (WHERE m.before = 0),
sum(m.after - m.before) FILTER (WHERE m.before > 0 AND m.after > m.before),
sum(m.after - m.before) FILTER (WHERE m.before > 0 AND m.after < m.before AND m.after > 0),
-sum(m.before) FILTER (WHERE m.before > 0 AND m.after = 0),
sum(m.after), count(*) FILTER (WHERE m.after > 0)
FROM moved m
"""
_MOVEMENTS: Final = f"{_COVERING} {_PER_CUSTOMER} SELECT {_SUMS} GROUP BY m.day, m.currency ORDER BY m.currency, m.day"
_BY_SEGMENT: Final = f"""{_COVERING} {_PER_CUSTOMER}
SELECT coalesce(s.name, ''), {_SUMS}
JOIN accounts_customer c ON c.id = m.customer_id
LEFT JOIN LATERAL (
    SELECT g.name FROM accounts_segmentmembership k JOIN accounts_segment g ON g.id = k.segment_id
    JOIN accounts_customer a ON a.id = k.customer_id
    WHERE a.tree_id = c.tree_id AND a.lft <= c.lft AND a.rght >= c.rght
    AND k.since <= %s AND (k.until IS NULL OR k.until > %s)
    ORDER BY a.lft DESC, g.rank DESC, g.id LIMIT 1
) s ON true
WHERE m.day = %s GROUP BY 1, m.day, m.currency ORDER BY m.currency, 1
"""  # noqa: S608 - made of constants
_BY_CHANNEL: Final = f"""{_COVERING} {_PER_CUSTOMER.replace("customer_id", "subscription_id")}
SELECT coalesce(e.channel, ''), {_SUMS}
LEFT JOIN LATERAL (
    SELECT CASE WHEN u.id IS NULL THEN '' WHEN u.is_program THEN 'program' WHEN p.id IS NOT NULL THEN 'staff' ELSE 'portal' END
        AS channel
    FROM billing_contractevent w LEFT JOIN billing_contractevent undo ON undo.undoes_id = w.id
    LEFT JOIN accounts_user u ON u.id = w.recorded_by_id LEFT JOIN accounts_staffprofile p ON p.user_id = u.id
    WHERE w.subscription_id = m.subscription_id AND undo.id IS NULL AND w.effective_on <= %s ORDER BY w.sequence DESC LIMIT 1
) e ON true
WHERE m.day = %s GROUP BY 1, m.day, m.currency ORDER BY m.currency, 1
"""  # noqa: S608 - made of constants
_BY_SOURCE: Final = f"""{_COVERING} {_PER_CUSTOMER.replace("customer_id", "subscription_id")},
there AS (SELECT DISTINCT customer_id FROM monthly WHERE day = %s AND amount > 0)
SELECT CASE WHEN e.id = ANY(%s) THEN 'offer' WHEN e.what IS NULL OR e.what = 'set_anchor' THEN ''
    WHEN e.what = 'subscribe' AND s.customer_id IN (SELECT customer_id FROM there) THEN 'beside'
    WHEN e.what = 'subscribe' THEN 'start' WHEN e.what = 'resume' THEN 'pause' ELSE e.what END, {_SUMS}
JOIN billing_subscription s ON s.id = m.subscription_id
LEFT JOIN LATERAL (
    SELECT w.id, w.what FROM billing_contractevent w LEFT JOIN billing_contractevent undo ON undo.undoes_id = w.id
    WHERE w.subscription_id = m.subscription_id AND undo.id IS NULL AND w.what <> 'undo' AND (w.effective_on > %s
        OR w.what = 'subscribe' AND m.before = 0 AND NOT EXISTS (
            SELECT FROM billing_coverage c JOIN billing_line l ON l.id = c.line_id
            WHERE c.subscription_id = m.subscription_id AND lower(c.days) <= %s AND l.kind = 'recurring' AND l.amount_minor > 0))
        AND w.effective_on <= %s ORDER BY w.what = 'subscribe' DESC, w.sequence DESC LIMIT 1
) e ON true
WHERE m.day = %s GROUP BY 1, m.day, m.currency ORDER BY m.currency, 1
"""  # noqa: S608 - made of constants
_SHARES: Final = f"""{_COVERING} ignored AS (SELECT 1)
SELECT c.number, c.name, s.ref, d.ref, m.description, m.currency, m.amount::bigint
FROM monthly m JOIN accounts_customer c ON c.id = m.customer_id JOIN billing_document d ON d.id = m.document_id
JOIN billing_subscription s ON s.id = m.subscription_id ORDER BY m.currency, c.number, s.ref, m.id
"""  # noqa: S608 - made of constants
