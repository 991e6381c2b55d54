"""Spreading: how much of an amount belongs to the days served so far. Pure.

Amounts are whole minor units, days half-open local dates. What was earned by a day is the amount times the days served over all
days, rounded half up; so the parts of any division add up to the amount, and the last part takes the rest.
"""

from collections.abc import Iterator
from datetime import date

from billing import money


def earned_by(amount_minor: int, since: date, until: date, day: date) -> int:
    """Return what of an amount for the days `[since, until)` was earned before `day` began."""
    served = (min(max(day, since), until) - since).days
    return money.half_up(amount_minor * served, (until - since).days)


def by_month(amount_minor: int, since: date, until: date) -> Iterator[tuple[date, int]]:
    """Yield the part of each month that has a day in `[since, until)`, named by its first day; parts of nothing too."""
    before, month = 0, since.replace(day=1)
    while month < until:
        ends = next_month(month)
        reached = earned_by(amount_minor, since, until, ends)
        yield month, reached - before
        before, month = reached, ends


def next_month(day: date) -> date:
    """Return the first day of the month after the day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
