"""Simulating: what a draft would have made of the decisions of the last days.

Topics register *pasts*: each returns the decisions it took since a day, with the answer they got and the answer they would
get with the draft in force. The sum reads "12 of 41 remedies would need approval", and the list is kept with the version.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.policies.models import PolicyVersion
from accounts.policies.resolving import Draft
from accounts.timeline.plain import in_plain_words

LOOKED_BACK: Final = timedelta(days=90)
NEEDS_APPROVAL, REFUSED, ALLOWED = "needs_approval", "refused", "allowed"
COUNTED: Final = {"asked": NEEDS_APPROVAL, "refused": REFUSED, "free": ALLOWED}


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
        return sentence({"looked_at": len(self.replayed), "changed": [asdict(each) for each in self.changed]})

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept with the version."""
        with in_plain_words():
            words = self.words
        return {"words": words, "looked_at": len(self.replayed), "changed": [asdict(each) for each in self.changed]}


def register_past(name: str, past: Past) -> None:
    """Let simulations look at the decisions `past` returns."""
    _pasts[name] = past


def answer_words(answer: str) -> str:
    """Say one answer in the reader's language."""
    words = {NEEDS_APPROVAL: _("needs approval"), REFUSED: _("refused"), ALLOWED: _("allowed")}
    return words.get(answer, answer)


def sentence(kept: Mapping[str, Any]) -> str:
    """Say in the reader's language what is kept with a version of what it would have changed; nothing where nothing is kept."""
    if not kept:
        return ""
    if not kept["looked_at"]:
        return _("No remedy was asked for in the 90 days before.")
    answers = [each["now"] for each in kept["changed"]]
    told = _("{asked} of {all} remedies would need approval, {refused} would be refused, {free} would no longer need anybody.")
    counted = {name: answers.count(answer) for name, answer in COUNTED.items()}
    return told.format(all=kept["looked_at"], **counted)


def simulate(version: PolicyVersion, *, at: datetime) -> Simulation:
    """Weigh the decisions of the last 90 days as if the version had been in force."""
    draft = Draft.of(version)
    return Simulation([each for past in _pasts.values() for each in past(draft, at - LOOKED_BACK, at)])
