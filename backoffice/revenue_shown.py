"""Revenue and ageing as the back office shows them, and as rows of a spreadsheet: months, movements, segments, nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from backoffice import growth_shown
from billing.money import Money
from billing.reports import ageing, recurring, revenue
from billing.reports.ageing import Aged
from billing.reports.recurring import Movement
from window import formats

MONTHS: Final = 12
PARTS: Final[tuple[str | Promise, ...]] = (
    gettext_lazy("Not due"),
    gettext_lazy("1–30 days"),
    gettext_lazy("31–60 days"),
    gettext_lazy("61–90 days"),
    gettext_lazy("Over 90 days"),
)


@dataclass(frozen=True)
class AgedRow:
    """A node with its parts as amounts, each under its label."""

    customer: Customer
    parts: list[tuple[str | Promise, Money]]
    total: Money
    has_below: bool


def page(currency: str, today: date) -> dict[str, Any]:
    """Return what stands on the page: the last twelve months, what moved recurring revenue, and what is still to be earned."""
    moved = _moved(currency, today)
    months = _months(currency, today)
    coming = revenue.coming(currency, first=today, count=MONTHS + 1)
    grown = growth_shown.parts(currency, *_year(today))
    return {
        "months": [(month, Money(month.recognised_minor, currency), Money(month.deferred_minor, currency)) for month in months],
        "points": [_point(month) for month in months],
        "movements": [growth_shown.amounts(movement) for movement in moved],
        "grown": grown,
        "coming": [(one.month, Money(one.amount_minor, currency), place == MONTHS) for place, one in enumerate(coming)],
        "recurring": Money(moved[-1].after_minor if moved else 0, currency),
        "retained": grown[0].retained,
        "now": months[-1],
        "recognised": Money(months[-1].recognised_minor, currency),
        "recognised_why": why_recognised(revenue.booked(currency, today), coming[0].amount_minor, currency),
        "deferred": Money(months[-1].deferred_minor, currency),
    }


def why_recognised(booked: revenue.Booked, coming_minor: int, currency: str) -> str:
    """Say what the revenue of the running month is made of: its days are booked at its end, credits at once."""
    told = {"at_once": booked.at_once_minor, "back": booked.credited_minor, "days": booked.days_minor, "coming": coming_minor}
    amounts = {name: formats.amount(minor, currency) for name, minor in told.items()}
    if booked.days_minor:
        return _("%(days)s for days, %(at_once)s charged at once, %(back)s credited") % amounts
    return _("%(at_once)s charged at once, %(back)s credited; %(coming)s for its days follow when it has ended") % amounts


def aged(nodes: QuerySet[Customer], on: date) -> list[AgedRow]:
    """Return the nodes that owe something with everything below them, the most first."""
    return [_aged(row) for row in ageing.aged(nodes, on)]


def sheet(what: str, currency: str, today: date) -> Iterator[list[Any]]:
    """Yield the rows of a report as a spreadsheet, amounts in major units."""
    yield from SHEETS[what](currency, today)


def _point(month: revenue.Month) -> dict[str, Any]:
    text = formats.amount(month.recognised_minor, month.currency)
    return {"label": f"{month.month:%m/%y}", "value": month.recognised_minor, "text": text}


def _months(currency: str, today: date) -> list[revenue.Month]:
    first = recurring.month_ends(today, MONTHS)[0]
    return revenue.months(currency, first=first, count=MONTHS)


def _moved(currency: str, today: date) -> list[Movement]:
    found = recurring.movements(recurring.month_ends(today, MONTHS + 1))
    return [movement for movement in found if movement.currency == currency][1:]


def _year(today: date) -> tuple[date, date]:
    ends = recurring.month_ends(today, MONTHS + 1)
    return ends[0], ends[-1]


def _aged(row: Aged) -> AgedRow:
    parts = [(label, Money(part, row.currency)) for label, part in zip(PARTS, row.parts, strict=True)]
    below = row.customer.rght - row.customer.lft > 1
    return AgedRow(row.customer, parts, Money(row.total_minor, row.currency), below)


def _month_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["month", "currency", "recognised", "deferred_at_end"]
    for month in _months(currency, today):
        yield [f"{month.month:%Y-%m}", currency, _major(month.recognised_minor, currency), _major(month.deferred_minor, currency)]


def _movement_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["month", "currency", "before", "new", "expansion", "contraction", "churn", "after", "customers"]
    for moved in _moved(currency, today):
        amounts = (
            moved.before_minor, moved.new_minor, moved.expansion_minor, moved.contraction_minor, moved.churn_minor,
            moved.after_minor,
        )  # fmt: skip
        yield [f"{moved.on:%Y-%m}", currency, *(_major(amount, currency) for amount in amounts), moved.customers]


def _growth_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["by", "name", "currency", "before", "new", "expansion", "contraction", "churn", "after", "retained"]
    for part in growth_shown.parts(currency, *_year(today)):
        for row in part.rows:
            amounts = [row[name].number for name in growth_shown.AMOUNTS]
            yield [part.code, str(row["name"]), currency, *amounts, row["retained"]]


def _line_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["customer", "name", "subscription", "document", "line", "currency", "monthly"]
    for share in recurring.shares(recurring.month_ends(today, 1)[0]):
        if share.currency == currency:
            told = [share.customer, share.name, share.subscription, share.document, share.description, share.currency]
            yield [*told, _major(share.monthly_minor, currency)]


def _coming_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["month", "currency", "to_be_earned"]
    for one in revenue.coming(currency, first=today, count=MONTHS + 1):
        yield [f"{one.month:%Y-%m}", currency, _major(one.amount_minor, currency)]


def _ageing_rows(currency: str, today: date) -> Iterator[list[Any]]:
    yield ["customer", "name", "currency", "not_due", "1_30", "31_60", "61_90", "over_90", "total"]
    for row in ageing.aged(Customer.objects.filter(parent=None), today):
        if row.currency == currency:
            amounts = [_major(amount, currency) for amount in (*row.parts, row.total_minor)]
            yield [row.customer.number, row.customer.name, currency, *amounts]


def _major(minor: int, currency: str) -> str:
    return Money(minor, currency).number


SHEETS: Final = {
    "months": _month_rows,
    "movements": _movement_rows,
    "growth": _growth_rows,
    "lines": _line_rows,
    "coming": _coming_rows,
    "ageing": _ageing_rows,
}
