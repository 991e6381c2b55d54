"""Phases: how a plan of a scenario begins, step by step, read into what the catalog knows: trial, introductions, price, term.

[{"type": "trial", "days": 14}, {"type": "discount", "price": "10.00", "periods": 3}, {"type": "evergreen", "price": "20.00"}]:
a free phase at the beginning is a trial, priced ones with a length stand in for the price that follows them, the last one lasts.
A `fixed_term` that comes last ends the subscription. Lengths are `days`, `weeks`, `months`, `years` or billing `periods`, or as
{"duration": {"unit": "MONTHS", "number": 6}}.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from billing import money
from billing.catalog.plans import Introduction
from billing.simulation.scenario import BadScenario, NotInTheHouse

NAMES: Final = ("type", "kind", "phase", "name")
FIXED: Final = ("fixed_term", "fixedterm", "fixed")
UNITS: Final = {"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "period": ""}
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
DAYS: Final = {"day": 1, "week": 7}
KEYS: Final = {*NAMES, *UNITS, *(f"{unit}s" for unit in UNITS), "duration", "length", "price"}


@dataclass(frozen=True)
class Phases:
    """What the phases of a plan come to; `term_months` is the term with which it ends."""

    trial_days: int = 0
    trial_months: int = 0
    introductions: tuple[Introduction, ...] = ()
    price: object = None
    term_months: int | None = None


def read(code: str, given: object) -> Phases:
    """Read the phases of the plan `code`, in their order.

    Raises:
        BadScenario: they are malformed, or the last one has no price.
        NotInTheHouse: an order or a length that is not offered.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise BadScenario(f"Plan {code}: phases are a list.")
    if not given:
        return Phases()
    trial, priced = _divided(code, [_known(code, phase) for phase in given])
    count, unit = _length(code, trial) if trial else (0, "")
    last = priced[-1]
    return Phases(
        trial_days=DAYS.get(unit, 0) * count,
        trial_months=MONTHS.get(unit, 0) * count,
        introductions=tuple(_introduction(code, phase) for phase in priced[:-1]),
        price=last["price"],
        term_months=_term(code, last) if _kind(last) in FIXED else None,
    )


def _divided(code: str, phases: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, Sequence[Mapping[str, Any]]]:
    """Return the trial that the phases begin with, if they do, and the priced ones."""
    trial, priced = (phases[0], phases[1:]) if _is_trial(phases[0]) else (None, phases)
    if not priced or any(_is_trial(phase) for phase in priced):
        raise NotInTheHouse(f"Plan {code}: there is one trial at most, at the beginning, and something priced after it.")
    if priced[-1].get("price") is None:
        raise BadScenario(f"Plan {code}: its last phase has a price.")
    return trial, priced


def _known(code: str, phase: object) -> Mapping[str, Any]:
    if not isinstance(phase, Mapping):
        raise BadScenario(f"Plan {code}: a phase is an object.")
    if unknown := sorted(str(name) for name in phase.keys() - KEYS):
        raise BadScenario(f"Plan {code}: {', '.join(unknown)[:80]} is unknown in a phase.")
    return phase


def _kind(phase: Mapping[str, Any]) -> str:
    return str(next((phase[name] for name in NAMES if name in phase), "")).lower()


def _is_trial(phase: Mapping[str, Any]) -> bool:
    return _kind(phase) == "trial" and not money.exact_decimal(phase.get("price") or 0)


def _introduction(code: str, phase: Mapping[str, Any]) -> Introduction:
    if phase.get("price") is None:
        raise BadScenario(f"Plan {code}: the phase {_kind(phase)!r} has a price.")
    count, unit = _length(code, phase)
    return Introduction(money.exact_decimal(phase["price"]), count, unit)


def _term(code: str, phase: Mapping[str, Any]) -> int:
    count, unit = _length(code, phase)
    if unit not in MONTHS:
        raise NotInTheHouse(f"Plan {code}: a fixed term is counted in months or years.")
    return count * MONTHS[unit]


def _length(code: str, phase: Mapping[str, Any]) -> tuple[int, str]:
    """Return how long a phase lasts: a number, and what is counted (nothing: billing periods)."""
    told = phase.get("duration", phase.get("length", phase))
    given: Mapping[str, Any] = told if isinstance(told, Mapping) else {"": told}
    if "unit" in given:
        given = {str(given["unit"]).lower(): given.get("number", given.get("count"))}
    named = [(count, name.removesuffix("s")) for name, count in given.items() if name.removesuffix("s") in UNITS]
    if len(named) != 1 or isinstance(named[0][0], bool) or not isinstance(named[0][0], int) or not 1 <= named[0][0] <= 1200:
        raise BadScenario(f"Plan {code}: the phase {_kind(phase)!r} lasts a number of days, weeks, months, years or periods.")
    count, name = named[0]
    return count, UNITS[name]
