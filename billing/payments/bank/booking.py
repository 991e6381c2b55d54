"""Booking: a bank line that became something, in the ledger: cash against the clearing of the bank.

What the line paid for leaves the clearing again, so that it stands at zero. A line that waits or was set aside is not in the
books: nobody knows yet whether it concerns a customer.
"""

from datetime import datetime
from typing import Final

from billing.ledger import posting
from billing.ledger.models import Entry
from billing.ledger.posting import PostingLine
from billing.payments.bank.models import BankLine

WHAT: Final = "bank_line"
CLEARED_AT: Final = "bank"


def book(line: BankLine, at: datetime, *, cleared_at: str = CLEARED_AT) -> Entry:
    """Write the entry of a line against the clearing it leaves at zero; doing it again changes nothing."""
    sides = [
        PostingLine(posting.CASH, line.amount_minor, line.currency, detail=line.account[:40]),
        PostingLine(posting.CLEARING, -line.amount_minor, line.currency, detail=cleared_at),
    ]
    return posting.post(what=WHAT, about_ref=line.ref, key=_key(line), postings=sides, on=line.booked_on, at=at)


def unbook(line: BankLine, at: datetime) -> Entry:
    """Take the entry of a line back, because it is undone."""
    entry = Entry.objects.get(key=_key(line))
    return posting.reverse(entry=entry, key=f"{_key(line)}:undone", on=line.booked_on, at=at)


def _key(line: BankLine) -> str:
    return f"bank-line:{line.ref}:{line.turn}"
