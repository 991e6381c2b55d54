"""Earlier: the lines that were issued already for some subscriptions, as far as planning still has to look at them.

Of a plain life (plain.py) that is the last line: when all its lines are the whole cycles of its calendar one after the other,
which the database says of all of them in one row, those before it cannot matter any more. So a run does not slow as a book ages.
Of every other life all lines are read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Q, Sum

from accounts import reading
from billing.contracts.models import Subscription
from billing.invoices import newline, plain
from billing.invoices.models import Line
from billing.invoices.planning import Issued
from billing.periods import Period
from billing.rating.history import History


class _Row(NamedTuple):
    """An issued line as it is read to be planned against."""

    pk: int
    subscription: int
    charge_code: str
    kind: str
    since: date | None
    until: date | None
    price_key: str
    cycle_since: date | None
    cycle_until: date | None
    amount_minor: int
    credited_minor: int
    covered_until: date | None


_OF_LINE: Final = (
    "pk", "subscription_id", "charge_code", "kind", "since", "until", "price_key", "cycle_since", "cycle_until", "amount_minor",
    "credited_minor", "coverage__days__endswith",
)  # fmt: skip
# The lines of each subscription as one row, where each bills all its days and goes on where the one before ended, at one price.
# No two of them have a day in common (Coverage), so their days add up to the span from the first to the last.
_CHAINS: Final = """
SELECT last.id, last.subscription_id, last.charge_code, last.kind, last.since, last.until, last.price_key, last.cycle_since,
    last.cycle_until, last.amount_minor, last.credited_minor, last.until, chain.first_cycle, chain.begins
FROM (
    SELECT (array_agg(l.id ORDER BY l.since DESC))[1] AS last_id, (array_agg(l.cycle_since ORDER BY l.since))[1] AS first_cycle,
        string_agg(l.since::text, ',' ORDER BY l.since) AS begins
    FROM billing_line l LEFT JOIN billing_coverage c ON c.line_id = l.id
    WHERE l.subscription_id = ANY(%s::bigint[]) AND (c.id IS NOT NULL OR (l.kind = 'true_up' AND l.corrects_id IS NULL))
    GROUP BY l.subscription_id
    HAVING bool_and((l.kind = 'recurring' AND c.days = daterange(l.since, l.until) AND l.cycle_until = l.until) IS TRUE)
        AND sum(l.until - l.since) = max(l.until) - min(l.since)
        AND min(l.charge_code) = max(l.charge_code) AND min(l.price_key) = max(l.price_key)
        AND count(*) FILTER (WHERE l.cycle_since IS DISTINCT FROM l.since)
            = ((array_agg(l.cycle_since ORDER BY l.since))[1] IS DISTINCT FROM min(l.since))::int
) chain JOIN billing_line last ON last.id = chain.last_id
"""


def issued(histories: Mapping[Subscription, History]) -> dict[int, list[Issued]]:
    """Return by subscription the issued lines that still cover days (and true-ups, which never do), with what is left of them.

    What is left out of a plain life is nothing that `plain.plan_for` asks for.
    """
    chained = _chained({subscription.id: history for subscription, history in histories.items() if plain.is_plain(history)})
    rows = _all_rows([subscription.id for subscription in histories if subscription.id not in chained])
    adjusted = _adjusted([row.pk for row in [*rows, *chained.values()] if row.credited_minor])
    found: dict[int, list[Issued]] = defaultdict(list)
    for row in rows:
        found[row.subscription].append(_as_issued(row, adjusted.get(row.pk, 0)))
    for key, row in chained.items():
        found[key] = plain.Reached([_as_issued(row, adjusted.get(row.pk, 0))])
    return found


def _all_rows(keys: Sequence[int]) -> list[_Row]:
    if not keys:
        return []
    counting = Q(coverage__isnull=False) | Q(kind=newline.TRUE_UP, corrects=None)
    lines = Line.objects.filter(counting, reading.among("subscription_id", keys)).order_by("pk").values_list(*_OF_LINE)
    return [_Row(*line) for line in lines.iterator()]


def _chained(histories: Mapping[int, History]) -> dict[int, _Row]:
    """Return the last line of each of these plain lives whose lines are its cycles one after the other."""
    if not histories:
        return {}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHAINS, [list(histories)])
        for *of_line, first_cycle, begins in cursor.fetchall():
            row = _Row(*of_line)
            if plain.follows(histories[row.subscription], _as_issued(row, 0), first_cycle=first_cycle, begins=begins):
                found[row.subscription] = row
    return found


def _adjusted(keys: Sequence[int]) -> dict[int, int]:
    """Return by line what was credited on it otherwise than by planning."""
    if not keys:
        return {}
    credits = Line.objects.filter(corrects__in=keys).exclude(kind__in=newline.PLANNED_CREDITS).order_by()
    return {key: -total for key, total in credits.values_list("corrects").annotate(Sum("amount_minor"))}


def _as_issued(row: _Row, adjusted_minor: int) -> Issued:
    since, until = row.since or date.min, row.until or date.max
    return Issued(
        line_id=row.pk,
        charge_code=row.charge_code,
        kind="minimum" if row.charge_code == newline.MINIMUM_CODE else newline.CHARGE_KINDS[row.kind],
        since=since,
        until=until,
        remaining_until=row.covered_until or until,  # a true-up covers no days
        price_key=row.price_key,
        cycle=Period(row.cycle_since or since, row.cycle_until or until),
        amount_minor=row.amount_minor,
        left_minor=row.amount_minor - row.credited_minor,
        adjusted_minor=adjusted_minor,
        covers=row.covered_until is not None,
    )
