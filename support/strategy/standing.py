"""Standing: how far the workbook is, on a day in UTC. A few statements, however much is said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from accounts.policies import publishing
from accounts.policies.models import PolicyVersion
from accounts.segments.models import Segment
from support.strategy.models import StrategyEntry
from support.strategy.parts import MEASURES, PARTS, Part

Place = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """What is said at one place, and which of its evidence is live."""

    entry: StrategyEntry | None = None
    policies: tuple[PolicyVersion, ...] = ()
    segments: tuple[Segment, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether something is said, and something live makes it true: words alone are not done."""
        return bool(self.entry and self.entry.words.strip() and (self.policies or self.segments or self.measures))

    @property
    def lacks(self) -> str:
        """Say in a few words what is missing; empty when nothing is."""
        if self.entry is None or not self.entry.words.strip():
            return str(_("nothing is said yet"))
        return "" if self.holds else str(_("nothing that holds makes it true"))


@dataclass(frozen=True)
class PartStanding:
    """A part: what is said on it as a whole and to each of its questions."""

    part: Part
    said: Said
    answers: Mapping[str, Said] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """100 when what is said on the part holds, else 0. Its questions are counted apart: they keep it from being published."""
        return 100 if self.said.holds else 0

    @property
    def answered(self) -> int:
        """How many of its questions are answered with something that holds."""
        return sum(answer.holds for answer in self.answers.values())


def of_all(on: date) -> dict[str, PartStanding]:
    """Return how every part stands on a day, by its code, in the order of the workbook."""
    said = _said(on)
    nothing = Said()
    return {
        code: PartStanding(
            part, said.get((code, ""), nothing), {name: said.get((code, name), nothing) for name in part.questions}
        )
        for code, part in PARTS.items()
    }


def percent_of(parts: Iterable[PartStanding]) -> int:
    """Return the mean of the parts, rounded down."""
    found = [part.percent for part in parts]
    return sum(found) // len(found) if found else 0


def _said(on: date) -> dict[Place, Said]:
    entries = StrategyEntry.objects.select_related("owner").prefetch_related("policies", "segments")
    versions = publishing.all_in_force(on)
    return {(entry.part, entry.question): _told(entry, versions) for entry in entries}


def _told(entry: StrategyEntry, versions: Mapping[int, PolicyVersion]) -> Said:
    return Said(
        entry,
        tuple(versions[policy.pk] for policy in entry.policies.all() if policy.pk in versions),
        tuple(segment for segment in entry.segments.all() if segment.active),
        tuple(measure for measure in entry.measures if measure in MEASURES),
    )
