"""Price words: what a charge costs, and how often, as both windows write it."""

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.periods import Interval
from window import formats

CENTS: Final = 2  # decimal places a price is written with at least


def of_version(version: Any, unit: str) -> list[str]:
    """Write what a plan costs: each charge, then the price that stands in the place of what recurs at first."""
    words = [of_charge(charge, version.currency, unit) for charge in version.charges.all()]
    return [*words, at_first(version)] if version.intro_price is not None else words


def at_first(version: Any) -> str:
    """Write the price at first: "at first 31.00 EUR for 3 periods"; nothing where there is none."""
    if version.intro_price is None:
        return ""
    facts = {"price": formats.figure(plain(version.intro_price)), "currency": version.currency, "periods": version.intro_periods}
    return (
        ngettext(
            "at first %(price)s %(currency)s for %(periods)s period",
            "at first %(price)s %(currency)s for %(periods)s periods",
            version.intro_periods,
        )
        % facts
    )


def of_charge(charge: Any, currency: str, unit: str) -> str:
    """Write what a charge costs and how often; what is used is counted in what the charge is called."""
    terms, interval = charge.terms, charge.interval
    if charge.kind == charge.Kind.ONE_TIME:
        return _once(terms, currency, unit)
    if charge.kind == charge.Kind.MINIMUM:
        return _("at least %(price)s") % {"price": of(terms, interval, currency, unit)}
    if charge.kind == charge.Kind.USAGE:
        told = of(terms, interval, currency, charge.name)
        return f"{charge.name}: {told}" if terms.unit_price is None else told
    return of(terms, interval, currency, unit)


def plain(price: Decimal) -> Decimal:
    """Return a price without the noughts of its column, in cents at least."""
    short = price.normalize()
    return short if -int(short.as_tuple().exponent) >= CENTS else short.quantize(Decimal("0.01"))


def _once(terms: Any, currency: str, unit: str) -> str:
    if terms.unit_price is None:
        return _("%(price)s (in %(currency)s, once)") % {"price": explained(terms), "currency": currency}
    facts = {"price": f"{formats.figure(terms.unit_price)} {currency}", "unit": unit}
    return (_("%(price)s for each %(unit)s, once") if terms.counts_units else _("%(price)s once")) % facts


def of(terms: Any, interval: Interval, currency: str, unit: str) -> str:
    """Write the price of a charge model's terms: "62.00 EUR for each seat a month"."""
    cycle = period(interval)
    if terms.unit_price is None:
        return _("%(price)s (in %(currency)s, %(period)s)") % {"price": explained(terms), "currency": currency, "period": cycle}
    facts = {"price": f"{formats.figure(terms.unit_price)} {currency}", "unit": unit, "period": cycle}
    return (_("%(price)s for each %(unit)s %(period)s") if terms.counts_units else _("%(price)s in all %(period)s")) % facts


def explained(terms: Any) -> str:
    """Write what a charge model's terms say of themselves, in the reader's language."""
    return str(terms.explain(_said))


def _said(words: str, /, **facts: Any) -> str:
    return _(words).format(**{name: formats.figure(fact) for name, fact in facts.items()})


def period(interval: Interval) -> str:
    """Write a length of billing cycle as people say it: "a month", "every 3 months"."""
    units = {
        "day": (_("a day"), _("every %(n)s days")),
        "week": (_("a week"), _("every %(n)s weeks")),
        "month": (_("a month"), _("every %(n)s months")),
        "quarter": (_("a quarter"), _("every %(n)s quarters")),
        "half_year": (_("every half-year"), _("every %(n)s half-years")),
        "year": (_("a year"), _("every %(n)s years")),
    }
    one, many = units[interval.unit]
    return one if interval.count == 1 else many % {"n": interval.count}
