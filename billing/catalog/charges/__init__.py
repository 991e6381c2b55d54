"""Charge models: how a quantity becomes a price.

One file per model, each standing alone on `base`; this registry is the only place that knows them all. To add one: a
file with `Terms` (parse, price, explain) and a line in `MODELS`. Prices are exact and in major units; nothing rounds here.
"""

from collections.abc import Mapping
from typing import Any

from accounts.decisions import Refusal
from billing.catalog.charges import flat, graduated, graduated_percentage, package, percentage, standard, volume
from billing.catalog.charges.base import BadQuantity, BadTerms, Price, Quantity, Step, Terms, decimal_text

__all__ = ["MODELS", "BadQuantity", "BadTerms", "Price", "Quantity", "Step", "Terms", "UnknownModel", "decimal_text", "parse"]

MODELS: dict[str, type[Terms]] = {
    model.name: model
    for model in (
        standard.Terms,
        flat.Terms,
        graduated.Terms,
        volume.Terms,
        package.Terms,
        percentage.Terms,
        graduated_percentage.Terms,
    )
}


class UnknownModel(Refusal):
    """No charge model has this name."""

    code = "unknown_charge_model"


def parse(model: str, params: Mapping[str, Any]) -> Terms:
    """Read the terms of a charge of `model`.

    Raises:
        UnknownModel: no model has that name.
        BadTerms: the params are not that model's terms.
    """
    if model not in MODELS:
        raise UnknownModel(f"{model!r} is not a charge model; known are {', '.join(MODELS)}.")
    if not isinstance(params, Mapping):
        raise BadTerms("The terms of a charge are named values.")
    return MODELS[model].parse(params)
