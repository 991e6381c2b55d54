"""Schedule: on which day which step of the ladder comes for an invoice. Pure.

Days are the payer's own local days. A step comes so many counted days after the due day; days of rest are not counted. When an
earlier step was taken late (nobody ran the job, the ladder was changed), the steps after it keep their distance to it, so that
nobody gets two steps on one day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Rung:
    """A step as the schedule knows it: how many days after the due day it comes, and its number among those of one day."""

    days: int
    number: int


@dataclass(frozen=True)
class Rest:
    """Days that do not count: from `since` up to before `until`; without an end until further notice."""

    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.since <= day and (self.until is None or day < self.until)


def ahead(
    rungs: Iterable[Rung], *, due_on: date, taken: Mapping[Rung, date], rests: Sequence[Rest] = (), not_before: date = date.min
) -> Iterator[tuple[Rung, date | None]]:
    """Yield the steps still to come with their days, in order; no day when the invoice rests until further notice.

    What should have come before the day `not_before` comes then.
    """
    ladder = sorted(set(rungs) | set(taken))
    last = max(taken, default=None)
    day: date | None = taken[last] if last else due_on
    counted = last.days if last else 0
    for rung in ladder:
        if last and rung <= last:
            continue
        day = counted_from(day, max(rung.days - counted, 1), rests) if day else None
        day = day and max(day, not_before)
        counted = rung.days
        yield rung, day


def due(rungs: Iterable[Rung], *, due_on: date, taken: Mapping[Rung, date], rests: Sequence[Rest], today: date) -> Rung | None:
    """Return the step that is to be taken on the day `today`; None while it rests or none has come."""
    if any(rest.holds(today) for rest in rests):
        return None
    rung, day = next(ahead(rungs, due_on=due_on, taken=taken, rests=rests), (None, None))
    return rung if day and day <= today else None


def counted_from(day: date, days: int, rests: Sequence[Rest]) -> date | None:
    """Return the day that lies `days` counted days after `day`; None when rest without an end comes first."""
    for _ in range(days):
        following = _after_rest(day + DAY, rests)
        if following is None:
            return None
        day = following
    return day


def _after_rest(day: date, rests: Sequence[Rest]) -> date | None:
    """Return the first day from `day` on that counts."""
    while holding := next((rest for rest in rests if rest.holds(day)), None):
        if holding.until is None:
            return None
        day = holding.until
    return day
