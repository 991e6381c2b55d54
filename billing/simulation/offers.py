"""Offers: the plans of a scenario, read into the terms that the catalog publishes.

Trial and introduction may stand as `trial_days` and `intro`, or as `phases` (see phases.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from billing import money
from billing.catalog.models import Charge
from billing.catalog.plans import ChargeTerms, Introduction
from billing.periods import Interval
from billing.simulation import phases
from billing.simulation.scenario import BadScenario, NotInTheHouse

KEYS: Final = {
    "price", "interval", "billing", "trial_days", "intro", "phases", "setup_fee", "minimum_commitment", "term_months",
    "charges", "name", "product",
}  # fmt: skip
CHARGE_KEYS: Final = {"metric", "model", "params", "billing", "interval", "code", "name"}


@dataclass(frozen=True)
class Offer:
    """What a plan of a scenario is published with."""

    charges: tuple[ChargeTerms, ...]
    trial_days: int
    trial_months: int
    introductions: tuple[Introduction, ...]
    term_months: int | None
    ends_with_term: bool


def read(code: str, given: Mapping[str, Any]) -> Offer:
    """Read the plan `code`.

    Raises:
        BadScenario: something is missing, unknown or malformed.
        NotInTheHouse: terms that are not offered.
    """
    if unknown := sorted(str(key) for key in given if key not in KEYS):
        raise BadScenario(f"Plan {code}: {', '.join(unknown)[:80]} is unknown.")
    begins = phases.read(code, given.get("phases") or [])
    terms = {**given, "price": begins.price} if begins.price is not None else given
    introductions = [_introduction(code, given["intro"])] if given.get("intro") else []
    return Offer(
        charges=tuple(_charges(code, terms)),
        trial_days=begins.trial_days or _whole(code, "trial_days", terms.get("trial_days") or 0),
        trial_months=begins.trial_months,
        introductions=(*introductions, *begins.introductions),
        term_months=begins.term_months or _whole(code, "term_months", terms.get("term_months") or 0) or None,
        ends_with_term=begins.term_months is not None,
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
    given = terms.get("charges") or []
    if not isinstance(given, list):
        raise BadScenario(f"Plan {code}: charges are a list.")
    for number, charge in enumerate(given):
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
    if unknown := sorted(str(name) for name in given.keys() - {"price", "periods"}):
        raise BadScenario(f"Plan {code}: {', '.join(unknown)[:80]} is unknown in intro.")
    return Introduction(money.exact_decimal(given["price"]), _whole(code, "periods", given.get("periods", 1)))


def _billing(code: str, given: object) -> str:
    if given not in ("in_advance", "in_arrears"):
        raise BadScenario(f"Plan {code}: billing is in_advance or in_arrears, not {given!r}.")
    return str(given)


def _whole(code: str, name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0 or given > 32000:
        raise BadScenario(f"Plan {code}: {name} is a whole number, not {given!r}.")
    return given
