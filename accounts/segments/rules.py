"""Rules: a segment's conditions, one a line, all of which must hold; each is told with the value that was found. Pure.

country in DE, AT
nodes >= 10
tier is not standard
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.segments.facts import FACTS, Value

WORDS: Final = ("is not", "is", "not in", "in")
NUMBERS: Final = (">=", "<=", ">", "<")


@dataclass(frozen=True)
class Condition:
    """One line: a fact, how it is compared, and with what."""

    fact: str
    comparison: str
    wanted: tuple[str, ...]

    def holds(self, found: Value) -> bool:
        """Say whether the value that was found satisfies it."""
        if self.comparison in NUMBERS:
            number, bound = int(found), int(self.wanted[0])
            return {">=": number >= bound, "<=": number <= bound, ">": number > bound, "<": number < bound}[self.comparison]
        among = str(found).casefold() in {word.casefold() for word in self.wanted}
        return among if self.comparison in ("is", "in") else not among

    def __str__(self) -> str:
        return f"{FACTS[self.fact].label} {self.comparison} {', '.join(self.wanted)}"


class RuleUnreadable(Refusal):
    """A line that is no condition."""

    code = "rule_unreadable"


def parse(text: str) -> list[Condition]:
    """Read the conditions of a rule.

    Raises:
        RuleUnreadable: a line names no fact, compares it in no known way, or with no value.
    """
    return [_condition(line.strip()) for line in text.splitlines() if line.strip()]


def trace(conditions: list[Condition], values: Mapping[str, Value]) -> list[dict[str, object]]:
    """Return each condition with the value found and whether it holds."""
    return [{"condition": str(one), "found": values[one.fact], "holds": one.holds(values[one.fact])} for one in conditions]


def _condition(line: str) -> Condition:
    fact, _space, rest = line.partition(" ")
    if fact not in FACTS:
        raise RuleUnreadable(
            _("“{line}”: there is no fact {fact}. Known are {facts}.").format(
                line=line, fact=fact, facts=", ".join(sorted(FACTS))
            )
        )
    rest = rest.strip()
    comparison = next((one for one in (*WORDS, *NUMBERS) if rest.startswith(one)), "")
    wanted = tuple(part.strip() for part in rest.removeprefix(comparison).split(",") if part.strip())
    if not comparison or not wanted:
        raise RuleUnreadable(
            _("“{line}”: write a fact, one of {known}, and a value.").format(line=line, known=", ".join((*WORDS, *NUMBERS)))
        )
    if comparison in NUMBERS and not (len(wanted) == 1 and wanted[0].lstrip("-").isascii() and wanted[0].lstrip("-").isdigit()):
        raise RuleUnreadable(_("“{line}”: {comparison} compares with a whole number.").format(line=line, comparison=comparison))
    if comparison in NUMBERS and not isinstance(FACTS[fact].absent, int):
        raise RuleUnreadable(_("“{line}”: {fact} is not a number.").format(line=line, fact=fact))
    return Condition(fact, comparison, wanted)
