"""What made recurring revenue grow or shrink, as the back office shows it: by segment, by source and by channel.

Each part tells the same twelve months and adds up to the same total, to the cent. By segment each customer counts as a whole, by
source and by channel each subscription for itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.money import Money
from billing.reports import recurring
from billing.reports.recurring import Movement
from support.offers import recommending
from window import formats

AMOUNTS: Final = ("before", "new", "expansion", "contraction", "churn", "after")
SOURCES: Final[dict[str, str | Promise]] = {
    "start": gettext_lazy("New customers"),
    "beside": gettext_lazy("Ordered beside what ran"),
    "offer": gettext_lazy("An offer of ours, taken"),
    "set_quantity": gettext_lazy("More or fewer units"),
    "change_plan": gettext_lazy("Another plan"),
    "override_price": gettext_lazy("A price agreed"),
    "pause": gettext_lazy("Paused or resumed"),
    "cancel": gettext_lazy("Ended"),
    "": gettext_lazy("No change agreed"),
}
CHANNELS: Final[dict[str, str | Promise]] = {
    "portal": gettext_lazy("In the portal, by the customer"),
    "program": gettext_lazy("By a program, with a key"),
    "staff": gettext_lazy("By our people"),
    "": gettext_lazy("Elsewhere, or brought in"),
}


@dataclass(frozen=True)
class Part:
    """The same twelve months by one thing, with net revenue retention of all of it in per cent."""

    code: str
    title: str
    heading: str
    rows: list[dict[str, Any]]
    retained: str


def parts(currency: str, since: date, on: date) -> list[Part]:
    """Return what moved the recurring revenue of one currency between two days: by segment, by source, by channel."""
    segments = recurring.retention_by_segment(since, on)
    sources = recurring.movements_by_source(since, on, offered=recommending.led_to().values_list("pk", flat=True))
    channels = recurring.movements_by_channel(since, on)
    names = {name: name or _("No segment") for name, _moved in segments}
    return [
        _part("segment", _("Twelve months by segment"), _("Segment"), names, segments, currency),
        _part("source", _("Twelve months by source"), _("Source"), SOURCES, sources, currency),
        _part("channel", _("Twelve months by channel"), _("Last agreed"), CHANNELS, channels, currency),
    ]


def amounts(movement: Movement) -> dict[str, Any]:
    """Return a movement as amounts, with its retention in per cent."""
    told = {name: Money(getattr(movement, f"{name}_minor"), movement.currency) for name in AMOUNTS}
    return told | {"month": movement.on, "customers": movement.customers, "retained": retained([movement])}


def retained(moved: list[Movement]) -> str:
    """Return net revenue retention in per cent; a dash where nobody was there before."""
    kept, before = (sum(movement.retained[place] for movement in moved) for place in (0, 1))
    return f"{formats.figure(round(Fraction(kept * 100, before)))} %" if before else "–"


def _part(
    code: str, title: str, heading: str, names: Mapping[str, str | Promise], moved: Iterable[tuple[str, Movement]], currency: str
) -> Part:
    told = dict((name, movement) for name, movement in moved if movement.currency == currency)
    rows = [amounts(told[name]) | {"name": label} for name, label in names.items() if name in told]
    return Part(code, title, heading, rows, retained(list(told.values())))
