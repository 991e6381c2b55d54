"""Offers: the plans of a scenario, read into the terms that the catalog publishes.

Trial and introduction may stand as `trial_days` and `intro`, or as `phases` ([{"type": "trial", "days": 14}, {"type":
"discount", "price": "10.00", "periods": 3}, {"type": "evergreen", "price": "20.00"}]).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from billing import money
from billing.catalog.models import Charge
from billing.catalog.plans import ChargeTerms, Introduction
from billing.periods import Interval
from billing.simulation.scenario import BadScenario, NotInTheHouse

KEYS: Final = {
    "price", "interval", "billing", "trial_days", "intro", "phases", "setup_fee", "minimum_commitment", "term_months",
    "charges", "name", "product",
}  # fmt: skip
CHARGE_KEYS: Final = {"metric", "model", "params", "billing", "interval", "code", "name"}
TRIALS, INTROS, LASTS = {"trial"}, {"intro", "discount"}, {"evergreen", "regular", "fixed_term", "fixedterm"}


@dataclass(frozen=True)
class Offer:
    """What a plan of a scenario is published with."""

    charges: tuple[ChargeTerms, ...]
    trial_days: int
    introduction: Introduction | None
    term_months: int | None


def read(code: str, given: Mapping[str, Any]) -> Offer:
    """Read the plan `code`.

    Raises:
        BadScenario: something is missing, unknown or malformed.
        NotInTheHouse: terms that are not offered.
    """
    if unknown := sorted(str(key) for key in given if key not in KEYS):
        raise BadScenario(f"Plan {code}: {', '.join(unknown)[:80]} is unknown.")
    terms = {**given, **_from_phases(code, given.get("phases") or [])}
    introduction = terms.get("intro")
    return Offer(
        charges=tuple(_charges(code, terms)),
        trial_days=_whole(code, "trial_days", terms.get("trial_days") or 0),
        introduction=_introduction(code, introduction) if introduction else None,
        term_months=_whole(code, "term_months", terms["term_months"]) if terms.get("term_months") else None,
    )


def at_price(offer: Offer, price: object) -> tuple[ChargeTerms, ...]:
    """Return the charges of an offer with another price for the main one."""
    text = str(money.exact_decimal(price))
    return tuple(
        ChargeTerms(charge.code, charge.name, {"unit_price": text}, billing=charge.billing, interval=charge.interval)
        if charge.code == "base"
        else charge
        for charge in offer.charges
    )


def _charges(code: str, terms: Mapping[str, Any]) -> Iterator[ChargeTerms]:
    interval, billing = Interval.parse(terms.get("interval", "month")), terms.get("billing", "in_advance")
    if terms.get("price") is not None:
        price = str(money.exact_decimal(terms["price"]))
        yield ChargeTerms("base", "Price", {"unit_price": price}, billing=_billing(code, billing), interval=interval)
    if terms.get("setup_fee") is not None:
        fee = str(money.exact_decimal(terms["setup_fee"]))
        yield ChargeTerms("setup", "Set-up fee", {"price": fee}, model="flat", kind=Charge.Kind.ONE_TIME, interval=interval)
    if terms.get("minimum_commitment") is not None:
        least = str(money.exact_decimal(_commitment(code, terms["minimum_commitment"])))
        yield ChargeTerms(
            "minimum", "Minimum commitment", {"price": least}, model="flat", kind=Charge.Kind.MINIMUM, billing="in_arrears",
            interval=interval,
        )  # fmt: skip
    for number, charge in enumerate(terms.get("charges") or []):
        if not isinstance(charge, Mapping) or not charge.keys() <= CHARGE_KEYS:
            raise BadScenario(f"Plan {code}: a charge has {', '.join(sorted(CHARGE_KEYS))}.")
        yield _charge(code, charge, number, interval)


def _commitment(code: str, given: object) -> object:
    if not isinstance(given, Mapping):
        return given
    if given.keys() != {"amount"}:
        raise NotInTheHouse(f"Plan {code}: a minimum commitment is an amount a cycle.")
    return given["amount"]


def _charge(code: str, given: Mapping[str, Any], number: int, interval: Interval) -> ChargeTerms:
    metric = str(given.get("metric") or "")
    billing = _billing(code, given.get("billing", "in_arrears"))
    if metric and billing != "in_arrears":
        raise NotInTheHouse(f"Plan {code}: usage is known, and billed, in arrears only.")
    return ChargeTerms(
        code=str(given.get("code") or f"{metric or 'charge'}-{number}"),
        name=str(given.get("name") or metric or "Charge"),
        params=given.get("params") or {},
        model=str(given.get("model", "standard")),
        kind=Charge.Kind.USAGE if metric else Charge.Kind.RECURRING,
        billing=billing,
        interval=Interval.parse(given["interval"]) if "interval" in given else interval,
        metric=metric,
    )


def _introduction(code: str, given: object) -> Introduction:
    if not isinstance(given, Mapping) or given.get("price") is None:
        raise BadScenario(f"Plan {code}: intro has a price and a number of periods.")
    return Introduction(money.exact_decimal(given["price"]), _whole(code, "periods", given.get("periods", 1)))


def _from_phases(code: str, phases: object) -> dict[str, Any]:
    """Return trial, introduction and price as the phases say them, in their order."""
    if not isinstance(phases, Sequence) or isinstance(phases, str):
        raise BadScenario(f"Plan {code}: phases are a list.")
    found: dict[str, Any] = {}
    for phase in phases:
        if not isinstance(phase, Mapping):
            raise BadScenario(f"Plan {code}: a phase is an object.")
        found |= _phase(code, phase, found)
    return found


def _phase(code: str, phase: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(next((phase[name] for name in ("type", "kind", "phase", "name") if name in phase), "")).lower()
    length = _length(phase)
    if kind in TRIALS and not before and length.keys() == {"days"} and _free(phase):
        return {"trial_days": length["days"]}
    if kind in INTROS and "intro" not in before and length.keys() <= {"months", "periods"}:
        return {"intro": {"price": phase.get("price"), "periods": next(iter(length.values()), 1)}}
    if kind in LASTS and "price" not in before:
        months = {"term_months": length["months"]} if "months" in length else {}
        return {"price": phase.get("price"), **months}
    raise NotInTheHouse(
        f"Plan {code}: the phase {kind!r} is not offered in that place; offered are a trial in days, then one introduction"
        " in months or periods, then the regular price."
    )


def _length(phase: Mapping[str, Any]) -> Mapping[str, Any]:
    given = phase.get("duration") or {name: phase[name] for name in ("days", "months", "periods") if name in phase}
    return given if isinstance(given, Mapping) else {"duration": given}


def _free(phase: Mapping[str, Any]) -> bool:
    return not money.exact_decimal(phase.get("price") or 0)


def _billing(code: str, given: object) -> str:
    if given not in ("in_advance", "in_arrears"):
        raise BadScenario(f"Plan {code}: billing is in_advance or in_arrears, not {given!r}.")
    return str(given)


def _whole(code: str, name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0 or given > 32000:
        raise BadScenario(f"Plan {code}: {name} is a whole number, not {given!r}.")
    return given
