"""Schedule: in which billing cycle a day of service lies, also after the anchor was changed.

The cycles of one interval follow an alignment from the day billing starts. Three things begin a new section: an anchor
change (the running cycle ends as it was billed, then the new days hold), a restart agreed with a change of plan (the
cycle ends there and then), and an interval that comes into use later (its first cycle begins on the first anchor day on
or after that day). A day's price is always measured against the whole cycle of its section that contains it, so a stub
between two anchors costs its share of a real cycle.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from billing.periods import Alignment, Cycles, Interval, Period

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AnchorChange:
    """From `on`, cycles follow `alignment`; at once when `restart`, else from the end of the running cycle."""

    on: date
    alignment: Alignment
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Days of service `[since, until)` within one `cycle`; `cut_by_anchor` when a restart ended the cycle at `until`."""

    since: date
    until: date
    cycle: Period
    cut_by_anchor: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The cycles of one interval over the life of a subscription: sections, each from a day on."""

    starts: tuple[date, ...]
    sections: tuple[Cycles, ...]

    def cycle_containing(self, day: date) -> Period:
        """Return the whole cycle that prices `day`."""
        return self.sections[self._section(day)].cycle_containing(day)

    def next_after(self, day: date) -> date:
        """Return the first day after `day` on which a cycle, or a section, begins."""
        section = self._section(day)
        boundary = self.sections[section].next_after(day)
        return min([boundary, *self.starts[section + 1 : section + 2]])

    def parts(self, since: date, until: date | None = None, *, ending_after: date | None = None) -> Iterator[Part]:
        """Yield the days from `since` (to `until`, or without end) cycle by cycle, in order.

        `ending_after` leaves out cycles that ended on or before that day, without walking through them.
        """
        for number, cycles in enumerate(self.sections):
            next_start = self.starts[number + 1] if number + 1 < len(self.starts) else date.max
            first = max(since, self.starts[number]) if number else since
            last = min(until or date.max, next_start)
            if first >= last:
                continue
            begin = max(first, min(ending_after, last - ONE_DAY)) if ending_after else first
            for cycle in cycles.between(begin, last):
                if ending_after is None or cycle.until > ending_after:
                    ends = min(cycle.until, last)
                    yield Part(max(cycle.since, first), ends, cycle, cut_by_anchor=ends == next_start < cycle.until)

    def _section(self, day: date) -> int:
        return max(bisect_right(self.starts, day) - 1, 0)


def calendar(
    *,
    interval: Interval,
    billing_start: date,
    alignment: Alignment,
    anchors: Iterable[AnchorChange] = (),
    begins: Iterable[date] = (),
) -> Calendar:
    """Lay out the cycles of `interval`.

    `begins` are the days on which the interval comes into use (again); `anchors` the changes of alignment, by day.
    """
    layout = _Layout(interval, billing_start, alignment)
    marks: list[tuple[date, int, AnchorChange | None]] = [(change.on, 0, change) for change in anchors]
    marks += [(day, 1, None) for day in begins if day > billing_start]
    for day, _, change in sorted(marks, key=lambda mark: mark[:2]):
        if change is None:
            layout.begin_on(day)
        else:
            layout.realign(change)
    return Calendar(tuple(layout.starts), tuple(layout.sections))


@dataclass
class _Layout:
    """The sections as they are being laid out, and the alignment in force."""

    interval: Interval
    billing_start: date
    alignment: Alignment
    starts: list[date] = field(init=False)
    sections: list[Cycles] = field(init=False)

    def __post_init__(self) -> None:
        self._origin = self.billing_start
        self.starts = [self.billing_start]
        self.sections = [self.alignment.cycles(self.interval, self.billing_start)]

    def begin_on(self, day: date) -> None:
        """Count the interval anew from the first anchor day on or after `day`."""
        anniversary = self.alignment.kind == "anniversary"
        self._section_from(day, Alignment.bcd(self._origin.day) if anniversary else self.alignment)

    def realign(self, change: AnchorChange) -> None:
        """Follow the new alignment from the end of the running cycle, or at once on a restart."""
        self.alignment = change.alignment
        self._origin = self.billing_start
        if change.on > self.billing_start:
            self._origin = change.on if change.restart else self._end_of_running_cycle(change.on)
        self._section_from(self._origin, change.alignment)

    def _end_of_running_cycle(self, day: date) -> date:
        """Return `day` when a cycle begins on it, as that one is not billed yet, else the end of its cycle."""
        running = Calendar(tuple(self.starts), tuple(self.sections))
        return running.next_after(day - ONE_DAY)  # next_after the eve is `day` itself exactly when a cycle begins on it

    def _section_from(self, day: date, alignment: Alignment) -> None:
        kept = sum(1 for start in self.starts if start < day)
        self.starts[kept:] = [day]
        self.sections[kept:] = [alignment.cycles(self.interval, day)]
