"""Quotes as the portal shows them: each line with its reason, what is to pay today, and a period's price before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.days import local_day
from billing.amendments import staying
from billing.amendments.models import Quote
from billing.amendments.quoting import Change
from billing.catalog import units
from billing.catalog.models import Plan, PlanVersion, Product
from billing.contracts import conditions, state
from billing.contracts.models import ContractEvent
from billing.money import Money
from billing.periods import Interval, last_day
from portal.forms.changes import ChangeForm
from window import derivation_words, formats, price_words
from window.statuses import label as label_of

IN_WORDS: Final = {
    ContractEvent.What.PAUSE: gettext_lazy("%(product)s: pause"),
    ContractEvent.What.RESUME: gettext_lazy("%(product)s: resume"),
    ContractEvent.What.CANCEL: gettext_lazy("%(product)s: end"),
}
AFTERWARDS: Final = {
    ContractEvent.What.PAUSE: state.PAUSED,
    ContractEvent.What.RESUME: state.ACTIVE,
    ContractEvent.What.CANCEL: state.CANCELLED,
}
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
    pauses: bool
    again_url: str


@dataclass(frozen=True)
class Instead:
    """What could be done instead of ending it: said once, plainly, with its address."""

    words: str
    url: str


@dataclass(frozen=True)
class Shelf:
    """One product on sale with what each of its plans costs."""

    product: Product
    prices: list[dict[str, str]]


def of(quote: Quote) -> QuoteShown:
    """Return the quote as it is shown; every amount is the one that applying it must reproduce."""
    told = quote.outcome
    currency = told["currency"]
    total = Money(told["total_minor"], currency)
    on = date.fromisoformat(told["effective_on"])
    next_on = date.fromisoformat(told["next_invoice_on"]) if told["next_invoice_on"] else None
    after = _per_period(told, "after", "gross_minor")
    pauses = quote.change["what"] == ContractEvent.What.PAUSE
    reduced = told.get("next_invoice_reduced", False)
    return QuoteShown(
        change=in_words(quote),
        effective_on=on,
        lines=[_line(line, currency) for line in told["lines"]],
        net=Money(told["today_minor"], currency),
        tax=Money(told["tax_minor"], currency),
        total=total,
        changes=[
            _what_changes(quote),
            _price_change(_("Price before discounts, net") if reduced else _("Price, net"), told, "minor"),
            _price_change(
                _("Price before discounts, tax included") if reduced else _("Price, tax included"), told, "gross_minor"
            ),
            *_agreed(quote),
        ],
        next_on=next_on,
        next_total=Money(told["next_invoice_total_minor"], currency),
        confirm=_button(told, total, after, on, pauses=pauses),
        pauses=pauses,
        again_url=_again_url(quote),
    )


def in_words(quote: Quote) -> str:
    """Say what changes."""
    change = quote.change
    product = quote.subscription.product if quote.subscription else None
    if change["what"] == ContractEvent.What.SUBSCRIBE:
        plan = Plan.objects.select_related("product").get(code=change["plan_code"])
        return _("Order: %(plan)s, %(quantity)s") % {"plan": plan.name, "quantity": formats.figure(change["quantity"])}
    if change["what"] == ContractEvent.What.SET_QUANTITY:
        return f"{product}: {units.counted(change['quantity'], product.unit_name)}"
    if change["what"] == ContractEvent.What.CHANGE_PLAN:
        plan = product.plans.get(code=change["plan_code"])
        return _("%(product)s: change to %(plan)s") % {"product": product, "plan": plan.name}
    return IN_WORDS[change["what"]] % {"product": product}


def instead_of(quote: Quote, *, today: date) -> Instead | None:
    """Return the one thing worth offering to who wants to end a subscription, in words; none for others."""
    change = staying.instead_of(quote, today=today)
    if change is None:
        return None
    if change.what == ContractEvent.What.PAUSE:
        words = _("Pause instead: nothing is billed until you resume, and everything is kept.")
    else:
        plan = quote.subscription.product.plans.get(code=change.plan_code)
        now = state.as_of(quote.subscription, today).plan
        words = _("Stay with less: %(plan)s instead of %(now)s.") % {"plan": plan.name, "now": now.name}
    return Instead(words, _form_url(quote, change))


def catalogue(versions: Iterable[PlanVersion]) -> list[Shelf]:
    """Return what is on sale, product by product, with the prices in words."""
    shelves = groupby(versions, key=lambda version: version.plan.product)
    return [Shelf(product, prices(list(of_one), product.unit_name)) for product, of_one in shelves]


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
            "price": "; ".join(price_words.of_version(version, unit_name)),
        }
        for version in versions
    ]


def period_words(interval: dict[str, int] | None) -> str:
    """Write a length of billing cycle as people say it: "a month", "every 3 months"; nothing for none."""
    return price_words.period(Interval.parse(interval)) if interval else ""


def _line(line: dict[str, Any], currency: str) -> QuotedLine:
    until = date.fromisoformat(line["until"]) if line["until"] else None
    return QuotedLine(
        description=line["description"],
        since=date.fromisoformat(line["since"]) if line["since"] else None,
        last_day=last_day(until) if until else None,
        amount=Money(line["amount_minor"], currency),
        why=derivation_words.sentence(line["derivation"], currency) if "derivation" in line else line["why"],
    )


def _what_changes(quote: Quote) -> dict[str, Any]:
    """Return the plan or the quantity before and after, as the history was when it was quoted."""
    change, subscription = quote.change, quote.subscription
    if subscription is None:
        plan = Plan.objects.get(code=change["plan_code"])
        words = f"{plan.name}, {formats.figure(change['quantity'])}"
        return {"label": _("What runs"), "before": _("nothing"), "after": words}
    stands = state.as_of(subscription, quote.effective_on)
    if change["what"] == ContractEvent.What.SET_QUANTITY:
        label, before, after = _("How many"), formats.figure(stands.quantity), formats.figure(change["quantity"])
    elif change["what"] == ContractEvent.What.CHANGE_PLAN:
        label, before, after = _("Plan"), stands.plan.name, subscription.product.plans.get(code=change["plan_code"]).name
    else:
        label, before, after = _("State"), label_of(stands.status), label_of(AFTERWARDS[change["what"]])
    return {"label": label, "before": before, "after": after}


def _price_change(label: str, told: dict[str, Any], which: str) -> dict[str, Any]:
    return {"label": label, "before": _per_period(told, "before", which), "after": _per_period(told, "after", which)}


def _agreed(quote: Quote) -> list[dict[str, Any]]:
    """Return the agreed discount on the day it was quoted and on the day of the change, with whose agreement it is, if any."""
    days = (local_day(quote.quoted_at, quote.contract.timezone), quote.effective_on)
    on_days = {on: _discount(conditions.discount_of(quote.customer, on)) for on in set(days)}
    before, after = (on_days[on] for on in days)
    none = _("none")
    return [{"label": _("Discount"), "before": before or none, "after": after or none}] if before or after else []


def _discount(reach: conditions.Reach | None) -> str:
    if reach is None:
        return ""
    name = reach.condition.segment if reach.of_segment else reach.node.name
    return _("%(percent)s %%, agreed for %(name)s") % {"percent": formats.figure(reach.percent), "name": name}


def _per_period(told: dict[str, Any], when: str, which: str) -> str:
    """Write the price of a full period: "62.00 EUR a month"."""
    price = formats.amount(told[f"per_period_{when}_{which}"], told["currency"])
    return f"{price} {period_words(told[f'interval_{when}'])}".strip()


def _again_url(quote: Quote) -> str:
    """Return the address of the form that asks for the same change again."""
    if quote.subscription is None:
        asked = {"plan": quote.change["plan_code"]}
        return f"{reverse('portal:orders', args=[quote.contract.ref])}?{urlencode(asked)}"
    return _form_url(quote, Change.from_json(quote.change))


def _form_url(quote: Quote, change: Change) -> str:
    return f"{reverse('portal:change', args=[quote.subscription.ref])}?{urlencode(ChangeForm.fields_of(change))}"


def _button(told: dict[str, Any], total: Money, after: str, on: date, *, pauses: bool) -> str:
    """Say what the button does; where discounts or coupons take something off, by what the next invoice really has."""
    if pauses:
        return _confirm_pause(total, on)
    next_on = date.fromisoformat(told["next_invoice_on"]) if told["next_invoice_on"] else None
    if next_on and told.get("next_invoice_reduced"):
        return _confirm_next(total, Money(told["next_invoice_total_minor"], told["currency"]), next_on)
    return _confirm(total, after, ends=told["interval_after"] is None, on=(next_on or on) if told["lines"] else on)


def _confirm(total: Money, after: str, *, ends: bool, on: date) -> str:
    """Say what the button does; `on` is the day from which the full price of a period is billed."""
    facts = {"today": formats.amount(abs(total.amount_minor), total.currency), "after": after, "day": formats.day(on)}
    if ends:
        return _("Confirm: ends on %(day)s") % facts
    if total.amount_minor < 0:
        return _("Confirm: %(today)s back today, %(after)s from %(day)s") % facts
    if total.amount_minor:
        return _("Confirm: %(today)s today, %(after)s from %(day)s") % facts
    return _("Confirm: nothing today, %(after)s from %(day)s") % facts


def _confirm_pause(total: Money, on: date) -> str:
    """Say what the button does to a subscription that rests from the day `on`."""
    facts = {"today": formats.amount(abs(total.amount_minor), total.currency), "day": formats.day(on)}
    if total.amount_minor < 0:
        return _("Confirm: paused from %(day)s, %(today)s back today") % facts
    return _("Confirm: paused from %(day)s") % facts


def _confirm_next(total: Money, coming: Money, on: date) -> str:
    """Say what the button does by what the next invoice, issued on the day `on`, really has."""
    facts = {"today": formats.amount(abs(total.amount_minor), total.currency), "day": formats.day(on)}
    facts |= {"next": formats.amount(coming.amount_minor, coming.currency)}
    if total.amount_minor < 0:
        return _("Confirm: %(today)s back today, %(next)s on %(day)s") % facts
    if total.amount_minor:
        return _("Confirm: %(today)s today, %(next)s on %(day)s") % facts
    return _("Confirm: nothing today, %(next)s on %(day)s") % facts
