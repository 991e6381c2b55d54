"""Quotes as the portal shows them: each line with its reason, what is to pay today, and a period's price before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.amendments.models import Quote
from billing.catalog import charges
from billing.catalog.models import PlanVersion
from billing.contracts.models import ContractEvent
from billing.money import Money
from billing.periods import Interval
from window import formats

STEPS: Final = (gettext_lazy("What and when"), gettext_lazy("The price"), gettext_lazy("Done"))


@dataclass(frozen=True)
class QuotedLine:
    """One line as it will stand on the invoice."""

    description: str
    since: date | None
    last_day: date | None
    amount: Money
    why: str


@dataclass(frozen=True)
class QuoteShown:
    """What the visitor confirms. `confirm` repeats the amounts and the day."""

    change: str
    effective_on: date
    lines: list[QuotedLine]
    net: Money
    tax: Money
    total: Money
    changes: list[dict[str, Any]]
    next_on: date | None
    next_total: Money
    confirm: str


def of(quote: Quote) -> QuoteShown:
    """Return the quote as it is shown; every amount is the one that applying it must reproduce."""
    told = quote.outcome
    currency = told["currency"]
    total = Money(told["total_minor"], currency)
    on = date.fromisoformat(told["effective_on"])
    after = Money(told["per_period_after_gross_minor"], currency)
    return QuoteShown(
        change=in_words(quote),
        effective_on=on,
        lines=[_line(line, currency) for line in told["lines"]],
        net=Money(told["today_minor"], currency),
        tax=Money(told["tax_minor"], currency),
        total=total,
        changes=[
            _change(_("Each period, net"), told, "minor", currency),
            _change(_("Each period, tax included"), told, "gross_minor", currency),
        ],
        next_on=date.fromisoformat(told["next_invoice_on"]) if told["next_invoice_on"] else None,
        next_total=Money(told["next_invoice_total_minor"], currency),
        confirm=_confirm(total, after, period_words(told["interval_after"]), on),
    )


def in_words(quote: Quote) -> str:
    """Say what changes."""
    change, subscription = quote.change, quote.subscription
    if change["what"] == ContractEvent.What.SET_QUANTITY:
        unit = subscription.product.unit_name
        return _("%(product)s: %(quantity)s %(unit)ss") % {
            "product": subscription.product,
            "quantity": change["quantity"],
            "unit": unit,
        }
    plan = subscription.product.plans.get(code=change["plan_code"])
    return _("%(product)s: change to %(plan)s") % {"product": subscription.product, "plan": plan.name}


def done(quote: Quote) -> str:
    """Say what has come of a quote that was applied."""
    if quote.document is None:
        return _("Done. The change is planned for %(day)s.") % {"day": formats.day(quote.effective_on)}
    return _("Done. %(document)s has the difference.") % {"document": quote.document.ref}


def prices(versions: Iterable[PlanVersion], unit_name: str) -> list[dict[str, str]]:
    """Return what each plan costs, in the words of its charges."""
    return [
        {
            "plan": version.plan.name,
            "price": "; ".join(_price(charge, version.currency, unit_name) for charge in version.charges.all()),
        }
        for version in versions
    ]


def period_words(interval: dict[str, int] | None) -> str:
    """Write a length of billing cycle as people say it: "a month", "every 3 months"; nothing for none."""
    if interval is None:
        return ""
    length = Interval.parse(interval)
    units = {
        "day": (_("a day"), _("every %(n)s days")),
        "week": (_("a week"), _("every %(n)s weeks")),
        "month": (_("a month"), _("every %(n)s months")),
        "quarter": (_("a quarter"), _("every %(n)s quarters")),
        "half_year": (_("every half-year"), _("every %(n)s half-years")),
        "year": (_("a year"), _("every %(n)s years")),
    }
    one, many = units[length.unit]
    return one if length.count == 1 else many % {"n": length.count}


def _price(charge: Any, currency: str, unit: str) -> str:
    terms, interval = charges.parse(charge.model, charge.params), Interval(charge.interval_unit, charge.interval_count)
    period = period_words(interval.as_params())
    if terms.unit_price is None:
        return f"{terms.explain()}, {currency} {period}"
    facts = {"price": f"{formats.figure(terms.unit_price)} {currency}", "unit": unit, "period": period}
    return (_("%(price)s for each %(unit)s %(period)s") if terms.counts_units else _("%(price)s in all %(period)s")) % facts


def _line(line: dict[str, Any], currency: str) -> QuotedLine:
    until = date.fromisoformat(line["until"]) if line["until"] else None
    return QuotedLine(
        description=line["description"],
        since=date.fromisoformat(line["since"]) if line["since"] else None,
        last_day=until - timedelta(days=1) if until else None,
        amount=Money(line["amount_minor"], currency),
        why=line["why"],
    )


def _change(label: str, told: dict[str, Any], which: str, currency: str) -> dict[str, Any]:
    before, after = (Money(told[f"per_period_{when}_{which}"], currency) for when in ("before", "after"))
    return {"label": label, "before": before, "after": after}


def _confirm(total: Money, after: Money, period: str, on: date) -> str:
    facts = {
        "today": formats.amount(abs(total.amount_minor), total.currency),
        "after": formats.amount(after.amount_minor, after.currency),
        "period": period,
        "day": formats.day(on),
    }
    if not period:
        return _("Confirm: ends on %(day)s") % facts
    if total.amount_minor < 0:
        return _("Confirm: %(today)s back today, %(after)s %(period)s from %(day)s") % facts
    if total.amount_minor:
        return _("Confirm: %(today)s today, %(after)s %(period)s from %(day)s") % facts
    return _("Confirm: nothing today, %(after)s %(period)s from %(day)s") % facts
