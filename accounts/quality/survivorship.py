"""Survivorship: of what several sources say about one matter, whose word is kept, and why. Pure.

A *matter* is a fact, or facts that go together: street, postcode and town come from one record, never mixed from two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts import writing

VERIFIED_NEWEST, NEWEST, MOST_TRUSTED, BY_HAND = "verified_newest", "newest", "most_trusted", "by_hand"
MATTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name",),
    "legal_name": ("legal_name",),
    "tax_id": ("tax_id",),
    "lei": ("lei",),
    "address": ("street", "postcode", "city", "country"),
    "email": ("email",),
    "phone": ("phone",),
    "language": ("language",),
}
MATTER_OF: Final = {fact: matter for matter, facts in MATTERS.items() for fact in facts}


@dataclass(frozen=True)
class Word:
    """What one record says about a matter: when told and, as a whole, verified; the lower the rank, the more trusted."""

    record: int
    system: str
    rank: int
    values: Mapping[str, str]
    told_at: datetime
    verified_at: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """Whose word is kept, and the reason in words; nobody's where a steward decides or nobody says anything."""

    word: Word | None
    why: str


def choose(picks: str, words: Iterable[Word]) -> Choice:
    """Return whose word a rule keeps. Of equals the more trusted system wins, then the record known longer."""
    said = list(words)
    if not said:
        return Choice(None, _("no source says anything"))
    if picks == BY_HAND:
        return Choice(None, _("a steward decides"))
    if picks == MOST_TRUSTED:
        found = min(said, key=lambda word: (word.rank, -word.told_at.timestamp(), word.record))
        return Choice(found, _("{system} is trusted most").format(system=found.system))
    verified = [word for word in said if word.verified_at]
    if picks == VERIFIED_NEWEST and verified:
        found = min(verified, key=lambda word: (-_moment(word.verified_at), word.rank, word.record))
        return Choice(found, _last(_("{system} was verified last, on {day}"), found.system, found.verified_at or found.told_at))
    found = min(said, key=lambda word: (-word.told_at.timestamp(), word.rank, word.record))
    nobody = picks == VERIFIED_NEWEST
    sentence = _("{system} said so last, on {day}, and none was verified") if nobody else _("{system} said so last, on {day}")
    return Choice(found, _last(sentence, found.system, found.told_at))


def _last(sentence: str, system: str, at: datetime) -> str:
    return sentence.format(system=system, day=writing.day(at.date()))


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
