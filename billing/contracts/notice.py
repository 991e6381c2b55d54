"""Notice: until when a contract runs at least, once somebody wants to end it.

A contract runs for terms of `term_months`, counted from the day it was signed (or from the term in which its terms were changed,
`term_from`). It goes on by itself for another term unless notice is given `notice_days` before a term ends. Without a term only
the notice counts. Days are the contract's own.
"""

from datetime import date, timedelta

from billing.contracts.models import Contract
from billing.periods import Alignment, Interval, Period

ONE_DAY = timedelta(days=1)


def earliest_end(contract: Contract, given_on: date) -> date:
    """Return the first day no longer served when notice is given on the day `given_on`."""
    heard = given_on + timedelta(days=contract.notice_days)
    if not contract.term_months:
        return heard
    return term_with(contract, max(heard - ONE_DAY, _counted_from(contract))).until


def term_with(contract: Contract, day: date) -> Period:
    """Return the term that the day lies in; the first one for a day before it. Only for a contract with terms."""
    begun = _counted_from(contract)
    terms = Alignment.anniversary().cycles(Interval("month", contract.term_months), begun)
    return terms.cycle_containing(max(day, begun))


def notice_by(contract: Contract, until: date) -> date:
    """Return the first day on which it is too late to end the contract with the term that ends before `until`."""
    return until - timedelta(days=contract.notice_days) + ONE_DAY


def _counted_from(contract: Contract) -> date:
    return contract.term_from or contract.signed_on
