"""Explain: tell in plain words how a line came to its amount.

A line's derivation holds codes and numbers only. `sentence` puts them into the template of the derivation's rule; a window
that speaks another language hands in its own `Words` (templates, names of causes, how days and amounts are written) and
nothing else changes. Days are told inclusively, as people say them: "1 to 15 March".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing import money
from billing.money import Money

ENGLISH: dict[str, str] = {
    "full_cycle": "{times}{price}{each} for the whole cycle from {cycle_first} to {cycle_last}.",
    "part_of_cycle": (
        "{times}{price}{each}, shared by days: {days} of the {cycle_days} days of the cycle from {cycle_first} to {cycle_last}."
    ),
    "ended_early": (
        "{as_if} for {line_days} of the {cycle_days} days of the cycle from {cycle_first} to {cycle_last},"
        " less {unused_days} of {line_days} days not used because of {cause}."
    ),
    "one_time": "{times}{price}{each}, charged once.",
    "usage": "{quantity} {metric} used from {first} to {last}: {model}.",
    "usage_so_far": "{quantity} {metric} used up to {last}: {model}; {before} of it was charged before.",
    "minimum": "At least {commitment} was agreed for {first} to {last}; {spent} was charged, this is the rest.",
    "rest": "Up to {last} this costs {whole}; what was billed before is taken off.",
    "true_up": "More was used from {first} to {last} than was billed: {quantity} {metric} cost {whole}; this is the rest.",
    "less_used": "Less was used from {first} to {last} than was billed: {quantity} {metric} in all.",
    "less_missing": "More was charged from {first} to {last} than when this was billed, so less is missing to {commitment}.",
    "unused_days": (
        "Credit for {unused_days} of {line_days} days not used because of {cause},"
        " of the {line} billed from {line_first} to {line_last}."
    ),
    "not_wanted": "Credit of what was left of the {line} billed from {line_first} to {line_last}, which is no longer agreed.",
    "reduction": "{percent} % off {base} ({source}).",
    "reduction_by_amount": "Off {base} ({source}), as long as something is left to take it off.",
    "reduction_back": "What {name} took off is taken back with the days or amounts it had reduced.",
    "nothing_left": "Nothing was left to credit of the {line} billed from {line_first} to {line_last}.",
}
CAUSES: dict[str, str] = {
    "": "no change",
    "subscribe": "the start",
    "change_plan": "the change of plan",
    "set_quantity": "the change of quantity",
    "override_price": "the change of price",
    "pause": "the pause",
    "resume": "the end of the pause",
    "cancel": "the cancellation",
    "set_anchor": "the new billing day",
    "trial_end": "the end of the trial",
    "intro_end": "the end of the introductory price",
    "cycle": "the end of the cycle",
}
MODELS: dict[str, str] = {
    "standard": "{price} each",
    "flat": "{price} in all",
    "graduated": "each unit at the price of its tier",
    "volume": "all at the price of the tier reached",
    "package": "by packages begun",
    "percentage": "a percentage and a fee for each event",
    "graduated_percentage": "each part at the percentage of its tier",
}


def plain_day(day: date) -> str:
    """Write a day the way English documents do, e.g. "16 January 2026"."""
    return f"{day.day} {day:%B %Y}"


def plain_amount(amount: Money) -> str:
    """Write an amount as "12.34 EUR"."""
    return str(amount)


def plain_price(price: Decimal, currency: str) -> str:
    """Write a unit price with at least the decimals of its currency: "9.90 EUR", but "0.0125 EUR"."""
    decimals = max(money.exponent(currency), -int(price.normalize().as_tuple().exponent))
    return f"{price:.{decimals}f} {currency}"


@dataclass(frozen=True, slots=True)
class Words:
    """How one language tells a derivation."""

    templates: Mapping[str, str]
    causes: Mapping[str, str]
    models: Mapping[str, str]
    day: Callable[[date], str] = plain_day
    amount: Callable[[Money], str] = plain_amount
    price: Callable[[Decimal, str], str] = plain_price
    each: str = " each"
    price_list: str = " Price list: {price_list}."


IN_ENGLISH = Words(ENGLISH, CAUSES, MODELS)


def sentence(derivation: Mapping[str, Any], currency: str, words: Words = IN_ENGLISH) -> str:
    """Return one sentence that says how the line came to its amount."""
    rule = str(derivation["rule"])
    if derivation.get("left_minor") == 0:
        rule = "nothing_left"
    listed = words.price_list if derivation.get("price_list") else ""
    return (words.templates[rule] + listed).format_map(_facts(derivation, currency, words))


def _facts(derivation: Mapping[str, Any], currency: str, words: Words) -> dict[str, Any]:
    """Return everything a template may name, written in the language's way."""
    whole = derivation.get("whole", {})
    told = {**whole, **derivation}
    for name in ("as_if", "line", "whole", "commitment", "spent", "base", "before"):
        if f"{name}_minor" in told:
            told[name] = words.amount(Money(told[f"{name}_minor"], currency))
    for prefix in ("", "cycle_", "line_"):
        if f"{prefix}since" in told:
            told[f"{prefix}first"] = words.day(date.fromisoformat(told[f"{prefix}since"]))
            told[f"{prefix}last"] = words.day(date.fromisoformat(told[f"{prefix}until"]) - timedelta(days=1))
    counted = told.get("unit_price") is not None and told.get("quantity") != "1"
    told["price"] = words.price(Decimal(told.get("unit_price") or told.get("cycle_price") or 0), currency)
    told["times"] = f"{told['quantity']} × " if counted else ""
    told["each"] = words.each if counted else ""
    told["cause"] = words.causes[told.get("ended_by", "")]
    told["model"] = words.models[told["model"]].format_map(told) if "model" in told else ""
    return told
