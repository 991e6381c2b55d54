"""How fast histories are planned: 12 months of a monthly subscription with changes, beside pricing the same lines bare."""

import time
from datetime import UTC, date, datetime
from fractions import Fraction

from benchmarks.figures import Figure
from billing import money
from billing.invoices import planning
from billing.periods import Alignment, Interval
from billing.rating.history import Event, History, PlanTerms, PricedCharge

AT = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = (
    (date(2026, 1, 5), "subscribe", {"plan": "PRO@1", "quantity": 7}),
    (date(2026, 3, 16), "set_quantity", {"quantity": 10}),
    (date(2026, 6, 20), "pause", {}),
    (date(2026, 7, 3), "resume", {}),
)


def measure(size: int | None) -> list[Figure]:
    """Plan `size` histories (2,000) over a year and compare with rounding as many amounts."""
    count = size or 2000
    charge = PricedCharge("base", "recurring", "standard", {"unit_price": "9.99"}, Interval("month"))
    plan = PlanTerms("PRO", 1, (charge,))
    events = tuple(Event(place, on, AT, what, args) for place, (on, what, args) in enumerate(EVENTS, start=1))
    story = History("S", "EUR", Alignment.bcd(1), {"PRO@1": plan}, events)
    started = time.perf_counter()
    lines = sum(len(planning.plan_for(story, [], up_to=date(2026, 12, 31))) for _ in range(count))
    planned = lines / (time.perf_counter() - started)
    started = time.perf_counter()
    for number in range(lines):
        money.rounded(Fraction(69_930 * (number % 31 + 1), 31), "EUR")
    floor = lines / (time.perf_counter() - started)
    return [
        Figure("lines planned", planned, "lines/s", floor),
        Figure("histories planned", planned * count / lines, "histories/s"),
    ]
