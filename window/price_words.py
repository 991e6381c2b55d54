"""Price words: what a charge costs, and how often, as both windows write it."""

from typing import Any

from django.utils.translation import gettext as _

from billing.periods import Interval
from window import formats


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
