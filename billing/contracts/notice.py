"""Notice: until when a contract runs at least, once somebody wants to end it.

A contract runs for terms of `term_months` from the day it was signed and goes on by itself for another term unless notice is
given `notice_days` before a term ends. Without a term only the notice counts. Days are the contract's own.
"""

from datetime import date, timedelta

from billing.contracts.models import Contract
from billing.periods import Alignment, Interval

ONE_DAY = timedelta(days=1)


def earliest_end(contract: Contract, given_on: date) -> date:
    """Return the first day no longer served when notice is given on the day `given_on`."""
    heard = given_on + timedelta(days=contract.notice_days)
    if not contract.term_months:
        return heard
    terms = Alignment.anniversary().cycles(Interval("month", contract.term_months), contract.signed_on)
    return terms.next_after(max(heard - ONE_DAY, contract.signed_on))
