"""What is read before a first contract is signed: whom we may know already and what they owe, and the price."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from accounts.customers.models import Customer
from accounts.quality import candidates
from backoffice import tree_nodes
from billing.amendments import first_contract
from billing.ledger import balances
from billing.money import Money

MOST_ALIKE: Final = 5


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


def known_as(node: Customer) -> list[dict[str, Any]]:
    """Return who of our customers it may be already, the likeliest first, with what that one owes: read before it signs."""
    pairs = list(candidates.open_of(node)[:MOST_ALIKE])
    others = [(pair, pair.b if pair.a_id == node.pk else pair.a) for pair in pairs]
    return [{"pair": pair, "customer": other, "owes": tree_nodes.amounts(balances.owed_by(other))} for pair, other in others]


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
