"""Simulating: what a draft would have made of the decisions of the last days.

Topics register *pasts*: each returns the decisions it took since a day, with the answer they got and the answer they would
get with the draft in force. The sum reads "12 of 41 would now need approval", and the list is kept with the version.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.policies.models import PolicyVersion
from accounts.policies.resolving import Draft

LOOKED_BACK: Final = timedelta(days=90)
NEEDS_APPROVAL, REFUSED, ALLOWED = "needs_approval", "refused", "allowed"


@dataclass(frozen=True)
class Replayed:
    """One decision of the past: what it was about, its answer then, and its answer with the draft."""

    ref: str
    about: str
    words: str
    then: str
    now: str


Past = Callable[[Draft, datetime, datetime], list[Replayed]]
_pasts: Final[dict[str, Past]] = {}


@dataclass(frozen=True)
class Simulation:
    """Every decision looked at."""

    replayed: list[Replayed] = field(default_factory=list)

    @property
    def changed(self) -> list[Replayed]:
        """Those that would come out otherwise."""
        return [each for each in self.replayed if each.then != each.now]

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        asked, no = (self._newly(answer) for answer in (NEEDS_APPROVAL, REFUSED))
        free = self._newly(ALLOWED)
        told = f"{asked} of {len(self.replayed)} would now need approval"
        return f"{told}, {no} would be refused, {free} would no longer need anybody."

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept with the version."""
        return {"words": self.words, "looked_at": len(self.replayed), "changed": [asdict(each) for each in self.changed]}

    def _newly(self, answer: str) -> int:
        return sum(each.now == answer for each in self.changed)


def register_past(name: str, past: Past) -> None:
    """Let simulations look at the decisions `past` returns."""
    _pasts[name] = past


def simulate(version: PolicyVersion, *, at: datetime) -> Simulation:
    """Weigh the decisions of the last 90 days as if the version had been in force."""
    draft = Draft.of(version)
    return Simulation([each for past in _pasts.values() for each in past(draft, at - LOOKED_BACK, at)])
