"""The price of a first contract as it is shown before it is signed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.amendments import first_contract
from billing.money import Money


@dataclass(frozen=True)
class Price:
    """What it costs at once, in each period, and on the first invoice; `today_minor` and `period_minor` are sent along."""

    today: Money
    period_net: Money
    period: Money
    next_on: date | None
    next_total: Money
    lines: list[tuple[str, Money]]
    today_minor: int
    period_minor: int


def price(told: dict[str, Any]) -> Price:
    """Return what was rehearsed, fit to show."""
    currency = told["currency"]
    today_minor, period_minor = first_contract.price_of(told)
    return Price(
        today=Money(today_minor, currency),
        period_net=Money(told["per_period_after_minor"], currency),
        period=Money(period_minor, currency),
        next_on=date.fromisoformat(told["next_invoice_on"]) if told["next_invoice_on"] else None,
        next_total=Money(told["next_invoice_total_minor"], currency),
        lines=[(line["description"], Money(line["amount_minor"], currency)) for line in told["lines"]],
        today_minor=today_minor,
        period_minor=period_minor,
    )
