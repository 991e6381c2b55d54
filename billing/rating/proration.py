"""Proration: which part of a cycle's price belongs to the days served.

Two promises pull at the same cent. What a contract costs must follow from its history alone: not from how often, how late
or in which order it was billed and edited. And the credit for days not used must be the line's own amount × unused days /
days of the line. Both hold by the *cascade*, for charges billed in advance:

1. The days served within a cycle are walked in order. Each span with one price starts as it would have been billed on its
   first day, as if it ran to the end of the cycle: price × days to the end / days of the cycle, rounded half up.
2. If it ended earlier (another plan or quantity, a pause, a cancellation), what is owed is that amount less the credit:
   amount × unused days / days of the line, rounded half up. The part served takes the rest.

So 7 seats at 9.99 from the 1st, changed on the 16th of a month of 30 days, owe 69.93 - 34.97 = 34.96 for the first 15
days, whether they were billed on the 1st and credited on the 16th or billed once at the end of the month. In arrears
nothing was billed before, and a part is simply price × days served / days of the cycle. Amounts are whole minor units,
days are calendar days, and at a price of zero or more each further day never costs less than nothing.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from billing import money
from billing.rating.schedule import Part


@dataclass(frozen=True, slots=True)
class Share:
    """What a part of a cycle costs: `amount_minor`, being `as_if_minor` for `line_days` less the unused days' credit."""

    amount_minor: int
    as_if_minor: int
    days: int
    line_days: int

    @property
    def unused_days(self) -> int:
        """The days from the end of service to the end of the cycle, credited."""
        return self.line_days - self.days


def in_advance(price: Fraction, part: Part, currency: str) -> Share:
    """Return the share of `price` (exact minor units a cycle) of a part billed on its first day to the end of the cycle."""
    line_days, days = _days(part.since, part.cycle.until), _days(part.since, part.until)
    as_if = money.rounded_share(price, line_days, part.cycle.days, currency).amount_minor
    return Share(as_if - unused(as_if, line_days - days, line_days), as_if, days, line_days)


def in_arrears(price: Fraction, part: Part, currency: str) -> Share:
    """Return the share of `price` (exact minor units a cycle) of a part billed after its last day."""
    days = _days(part.since, part.until)
    amount = money.rounded_share(price, days, part.cycle.days, currency).amount_minor
    return Share(amount, amount, days, days)


def unused(amount_minor: int, unused_days: int, line_days: int) -> int:
    """Return the credit for `unused_days` of a line of `amount_minor` over `line_days`, half up."""
    return money.half_up(amount_minor * unused_days, line_days)


def _days(since: date, until: date) -> int:
    return until.toordinal() - since.toordinal()
