"""Outcome: what a proposed change costs, today and per period, as plain JSON that a quote keeps and apply must reproduce.

Amounts are minor units. `lines` with `today_minor` (net), `tax_minor` and `total_minor` are what is issued at once; a change
that is still to come issues nothing now. `per_period_*` is one full cycle, net and gross, before and after the change, by the
list; what discounts and coupons take off stands on the lines, and whether they do on the next invoice (`next_invoice_reduced`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.customers import responsibilities
from billing.contracts import state
from billing.contracts.models import Subscription
from billing.contracts.state import Standing
from billing.invoices import newline, placing, run, tax
from billing.invoices.drafting import PlannedDocument
from billing.money import Money
from billing.rating import due, explain
from billing.rating.history import History

_LOOK_AHEAD = 12


def of_change(
    subscription: Subscription, stored: History, proposed: History, *, effective_on: date, today: date
) -> dict[str, Any]:
    """Return what replacing the stored history by the proposed one costs, seen from `today`."""
    at_once = effective_on <= today
    documents = run.preview(subscription, proposed, today) if at_once else []
    before, after = state.standing(stored, today), _standing_after(proposed, effective_on)
    rate = placing.rate_of(subscription, responsibilities.payer_of(subscription.customer, today), today)
    return {
        "currency": stored.currency,
        "effective_on": effective_on.isoformat(),
        **_billed_now(documents),
        **_per_period("before", before, rate),
        **_per_period("after", after, rate),
        **_next_invoice(subscription, proposed, today, at_once=at_once),
    }


def of_start(subscription: Subscription, history: History, *, effective_on: date, today: date) -> dict[str, Any]:
    """Return what a subscription that has just been started costs, seen from `today`; nothing ran before."""
    at_once = effective_on <= today
    documents = run.preview(subscription, history, today) if at_once else []
    rate = placing.rate_of(subscription, responsibilities.payer_of(subscription.customer, today), today)
    return {
        "currency": history.currency,
        "effective_on": effective_on.isoformat(),
        **_billed_now(documents),
        **_per_period("before", None, rate),
        **_per_period("after", _standing_after(history, effective_on), rate),
        **_next_invoice(subscription, history, today, at_once=at_once),
    }


def of_undoing(subscription: Subscription, stored: History, undone: History, *, on: date, today: date) -> dict[str, Any]:
    """Return what one full cycle costs on the day `on` with the change still to come, and without it; nothing is issued."""
    rate = placing.rate_of(subscription, responsibilities.payer_of(subscription.customer, today), today)
    both = (("before", stored), ("after", undone))
    told = {"currency": stored.currency, "total_minor": 0}
    return told | {
        name: value for when, known in both for name, value in _per_period(when, _standing_after(known, on), rate).items()
    }


def differences(quoted: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return in words what would cost something else than was quoted; empty when every cent is the same."""
    compared = {
        "total_minor": "the amount today",
        "today_minor": "the net amount today",
        "tax_minor": "the tax today",
        "per_period_after_minor": "the price per period",
    }
    currency = now["currency"]
    found = [
        f"{words} is {Money(now[name], currency)} instead of {Money(quoted[name], currency)}"
        for name, words in compared.items()
        if now[name] != quoted[name]
    ]
    if not found and _charged(now) != _charged(quoted):
        found.append("the lines of the invoice are not the same")
    return found


def _charged(outcome: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(line[name] for name in ("kind", "since", "until", "amount_minor", "tax_minor")) for line in outcome["lines"]]


def _billed_now(documents: Sequence[PlannedDocument]) -> dict[str, Any]:
    return {
        "lines": list(_lines(documents)),
        "today_minor": sum(document.subtotal_minor for document in documents),
        "tax_minor": sum(document.tax_minor for document in documents),
        "total_minor": sum(document.total_minor for document in documents),
    }


def _lines(documents: Sequence[PlannedDocument]) -> Iterator[dict[str, Any]]:
    for document in documents:
        for line, tax_minor in zip(document.lines, document.taxes, strict=True):
            yield {
                "description": line.description,
                "since": line.since.isoformat() if line.since else None,
                "until": line.until.isoformat() if line.until else None,
                "amount_minor": line.amount_minor,
                "tax_minor": tax_minor,
                "kind": line.kind,
                "why": explain.sentence(line.derivation, document.currency),
                "derivation": line.derivation,
            }


def _standing_after(proposed: History, effective_on: date) -> Standing | None:
    try:
        return state.standing(proposed, effective_on)
    except state.NeverRan:
        return None


def _per_period(when: str, standing: Standing | None, rate: Decimal) -> dict[str, Any]:
    """The price of a full cycle; nothing while paused or after the end."""
    if standing is None or standing.status in (state.PAUSED, state.CANCELLED):
        net, gross, interval = 0, 0, None
    else:
        price, main = standing.per_period, standing.segment.plan.main
        net = price.amount_minor
        gross = net + tax.on_lines([tax.TaxableLine(net, rate)], price.currency)[0]
        interval = main.interval.as_params() if main else None
    return {
        f"per_period_{when}_minor": net,
        f"per_period_{when}_gross_minor": gross,
        f"interval_{when}": interval,
    }


def _next_invoice(subscription: Subscription, proposed: History, today: date, *, at_once: bool) -> dict[str, Any]:
    """The next day on which this subscription is billed after what is issued now, and how much then."""
    for day in _days_ahead(proposed, today, at_once=at_once):
        documents = run.preview(subscription, proposed, day, after=today if at_once else None)
        if documents:
            reduced = any(line.kind in newline.REDUCTIONS for document in documents for line in document.lines)
            total = sum(document.total_minor for document in documents)
            return {"next_invoice_on": day.isoformat(), "next_invoice_total_minor": total, "next_invoice_reduced": reduced}
    return {"next_invoice_on": None, "next_invoice_total_minor": 0, "next_invoice_reduced": False}


def _days_ahead(proposed: History, today: date, *, at_once: bool) -> Iterator[date]:
    if not at_once:
        yield today
    day: date | None = today
    for _ in range(_LOOK_AHEAD):
        day = due.next_due_on(proposed, after=day) if day else None
        if day:
            yield day
