"""Charges as lines of text, one a line, as managers write and read them.

setup | Installation | one_time | flat price=99.00
calls | Calls | usage calls | graduated up_to=1000 unit_price=0.10; unit_price=0.05 | in_arrears | month
minimum | Minimum | minimum | flat price=50.00

A line says code, name, what it is (`usage` with its meter), charge model with its terms (tiers are parted by `;`), and unless
they are the usual ones, when it is billed and how often. Which terms a model has is the model's to say.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.catalog.charges import MODELS
from billing.catalog.models import Charge
from billing.catalog.plans import ChargeTerms
from billing.periods import Interval

PARTS = 6
LATE = (Charge.Kind.USAGE, Charge.Kind.MINIMUM)  # what is billed when its period is over, unless the line says otherwise


def charges(text: str) -> list[ChargeTerms]:
    """Read a line for each charge; whether its terms make sense the domain asks."""
    return [_charge(line) for line in text.splitlines() if line.strip()]


def written(kept: Iterable[Charge]) -> str:
    """Write the charges one a line, as `charges` reads them."""
    return "\n".join(_line(charge) for charge in kept)


def _charge(line: str) -> ChargeTerms:
    parts = [part.strip() for part in line.split("|")]
    if not 4 <= len(parts) <= PARTS or not all(parts[:4]):
        raise ValidationError(
            _("“%(line)s” is no charge; write code | name | kind | model and terms | billed | every.") % {"line": line.strip()}
        )
    code, name, kind, model, billed, every = (*parts, "", "")[:PARTS]
    what, _space, metric = kind.partition(" ")
    if what not in Charge.Kind.values or (what == Charge.Kind.USAGE) != bool(metric.strip()):
        raise ValidationError(
            _("“%(kind)s” is no kind of charge; write recurring, one_time, minimum, or usage and its meter.") % {"kind": kind}
        )
    billed = billed or (Charge.Billing.IN_ARREARS if what in LATE else Charge.Billing.IN_ADVANCE)
    if billed not in Charge.Billing.values:
        raise ValidationError(
            _("“%(billed)s” is not when something is billed; write in_advance or in_arrears.") % {"billed": billed}
        )
    named, _space, terms = model.partition(" ")
    return ChargeTerms(
        code=code, name=name, kind=what, metric=metric.strip(), model=named, params=_terms(named, terms), billing=billed,
        interval=_interval(every or "month"),
    )  # fmt: skip


def _terms(model: str, text: str) -> dict[str, Any]:
    if model not in MODELS:
        raise ValidationError(
            _("“%(model)s” is no charge model; there are %(models)s.") % {"model": model, "models": ", ".join(MODELS)}
        )
    if "tiers" in MODELS[model].keys:
        return {"tiers": [_values(tier) for tier in text.split(";")]}
    return _values(text)


def _values(text: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in text.split()]
    if any(not equals or not value for _name, equals, value in pairs):
        raise ValidationError(_("Write terms as name=value, such as unit_price=0.10, not “%(text)s”.") % {"text": text.strip()})
    return {name: value for name, _equals, value in pairs}


def _interval(text: str) -> Interval:
    count, _space, unit = text.rpartition(" ")
    if count and not (count.isascii() and count.isdigit() and len(count) < 5):
        raise ValidationError(_("“%(text)s” is not how often; write month, year or 3 month.") % {"text": text})
    try:
        return Interval(unit.removesuffix("s") if count else unit, int(count or 1))
    except Refusal as refusal:
        raise ValidationError(refusal.reason) from refusal


def _line(charge: Charge) -> str:
    kind = f"{charge.kind} {charge.metric}".strip()
    every = charge.interval_unit if charge.interval_count == 1 else f"{charge.interval_count} {charge.interval_unit}"
    said = f"{charge.model} {_written_terms(charge.params)}"
    return " | ".join((charge.code, charge.name, kind, said, charge.billing, every))


def _written_terms(params: dict[str, Any]) -> str:
    if "tiers" in params:
        return "; ".join(_pairs(tier) for tier in params["tiers"])
    return _pairs(params)


def _pairs(values: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items() if value is not None)
