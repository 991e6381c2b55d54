"""Derivation words: how a line came to its amount, told in the reader's language (billing/rating/explain.py tells English)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from billing import money
from billing.money import Money
from billing.rating import explain
from window import formats

_: Final = gettext_lazy
TEMPLATES: Final[dict[str, Any]] = {
    "full_cycle": _("{times}{price}{each} for the whole cycle from {cycle_first} to {cycle_last}."),
    "part_of_cycle": _(
        "{times}{price}{each}, shared by days: {days} of the {cycle_days} days of the cycle from {cycle_first} to {cycle_last}."
    ),
    "ended_early": _(
        "{as_if} for {line_days} of the {cycle_days} days of the cycle from {cycle_first} to {cycle_last},"
        " less {unused_days} of {line_days} days not used because of {cause}."
    ),
    "one_time": _("{times}{price}{each}, charged once."),
    "usage": _("{quantity} {metric} used from {first} to {last}: {model}."),
    "usage_so_far": _("{quantity} {metric} used up to {last}: {model}; {before} of it was charged before."),
    "minimum": _("At least {commitment} was agreed for {first} to {last}; {spent} was charged, this is the rest."),
    "rest": _("Up to {last} this costs {whole}; what was billed before is taken off."),
    "true_up": _("More was used from {first} to {last} than was billed: {quantity} {metric} cost {whole}; this is the rest."),
    "less_used": _("Less was used from {first} to {last} than was billed: {quantity} {metric} in all."),
    "less_missing": _("More was charged from {first} to {last} than when this was billed, so less is missing to {commitment}."),
    "unused_days": _(
        "Credit for {unused_days} of {line_days} days not used because of {cause},"
        " of the {line} billed from {line_first} to {line_last}."
    ),
    "not_wanted": _("Credit of what was left of the {line} billed from {line_first} to {line_last}, which is no longer agreed."),
    # xgettext:no-python-format
    "reduction": _("{percent} % off {base} ({source})."),
    "reduction_by_amount": _("Off {base} ({source}), as long as something is left to take it off."),
    "reduction_back": _("What {name} took off is taken back with the days or amounts it had reduced."),
    "nothing_left": _("Nothing was left to credit of the {line} billed from {line_first} to {line_last}."),
}
CAUSES: Final[dict[str, Any]] = {
    "": _("no change"), "subscribe": _("the start"), "change_plan": _("the change of plan"),
    "set_quantity": _("the change of quantity"), "override_price": _("the change of price"), "pause": _("the pause"),
    "resume": _("the end of the pause"), "cancel": _("the cancellation"), "set_anchor": _("the new billing day"),
    "trial_end": _("the end of the trial"), "intro_end": _("the end of the introductory price"),
    "cycle": _("the end of the cycle"),
}  # fmt: skip
MODELS: Final[dict[str, Any]] = {
    "standard": _("{price} each"), "flat": _("{price} in all"),
    "graduated": _("each unit at the price of its tier"), "volume": _("all at the price of the tier reached"),
    "package": _("by packages begun"), "percentage": _("a percentage and a fee for each event"),
    "graduated_percentage": _("each part at the percentage of its tier"),
}  # fmt: skip
EACH: Final = pgettext_lazy("after the price of one", " each")


def words() -> explain.Words:
    """Return how the reader's language tells a derivation."""
    return explain.Words(
        _said(TEMPLATES), _said(CAUSES), _said(MODELS), day=_day, amount=_amount, price=_price,
        each=str(EACH), price_list=pgettext("after a sentence", " Price list: {price_list}."),
    )  # fmt: skip


def sentence(derivation: Mapping[str, Any], currency: str) -> str:
    """Tell one line's derivation to the reader."""
    return explain.sentence(derivation, currency, words())


def _said(table: Mapping[str, Any]) -> dict[str, str]:
    return {code: str(one) for code, one in table.items()}


def _day(on: date) -> str:
    return formats.day(on)


def _amount(of: Money) -> str:
    return formats.amount(of.amount_minor, of.currency)


def _price(price: Decimal, currency: str) -> str:
    places = max(money.exponent(currency), -int(price.normalize().as_tuple().exponent))
    return f"{formats.figure(Decimal(f'{price:.{places}f}'))}{formats.NO_BREAK_SPACE}{currency}"
