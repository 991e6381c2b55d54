"""What a bank statement says, whatever format it came in, and in which words a file is refused.

Amounts are exact decimals in major units with their sign: money that reached the account above zero, money that left below.
A `Detail` is one payment inside an entry: a bank may book a whole batch as one entry. Nothing here touches the database.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from accounts.decisions import Refusal

MOST_BYTES: Final = 50_000_000
_CURRENCY = re.compile(r"[A-Z]{3}")


class UnreadableStatement(Refusal):
    """The file is no bank statement, is damaged, or says something that cannot be."""

    code = "unreadable_statement"


@dataclass(frozen=True)
class BankDay:
    """A day as a bank writes it. Banks know a 30th of February; `on` is then the last day of that month."""

    on: date
    written: str

    @classmethod
    def of(cls, year: int, month: int, day: int) -> "BankDay":
        """Read a day; one that only banks know (30 February) becomes the last day of its month.

        Raises:
            UnreadableStatement: no bank knows such a day either.
        """
        written = f"{year:04d}-{month:02d}-{day:02d}"
        if not (1 <= month <= 12 and 1 <= day <= (30 if month == 2 else 31) and 1 <= year <= 9999):
            raise UnreadableStatement(f"The file names a day that does not exist: {written}.")
        return cls(date(year, month, min(day, monthrange(year, month)[1])), written)


@dataclass(frozen=True)
class Detail:
    """One payment inside an entry. What the bank left out is empty; an amount it left out is None."""

    amount: Decimal | None = None
    currency: str = ""
    end_to_end: str = ""
    reference: str = ""
    remittance: str = ""
    name: str = ""
    iban: str = ""
    mandate: str = ""
    return_reason: str = ""
    batch: str = ""


@dataclass(frozen=True)
class Entry:
    """One booking on the account. `is_reversal` when it takes an earlier booking back; `is_booked` unless only announced."""

    amount: Decimal
    currency: str
    booked: BankDay | None
    valued: BankDay | None
    details: tuple[Detail, ...]
    bank_ref: str = ""
    text: str = ""
    is_reversal: bool = False
    is_booked: bool = True

    @property
    def parts(self) -> tuple[Detail, ...]:
        """The payments of which the entry is made, each with its signed amount; one that tells all where they do not add up."""
        amounts = [detail.amount for detail in self.details if detail.amount is not None and detail.currency == self.currency]
        if len(self.details) > 1 and len(amounts) == len(self.details) and sum(amounts) == abs(self.amount):
            sign = -1 if self.amount < 0 else 1
            return tuple(_with_amount(detail, sign * amount) for detail, amount in zip(self.details, amounts, strict=True))
        return (_with_amount(_together(self.details), self.amount),)


@dataclass(frozen=True)
class Statement:
    """What one statement says of one account. A balance the bank did not state is None."""

    account: str
    ref: str
    number: str
    currency: str
    kind: str
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...] = field(default_factory=tuple)

    @property
    def adds_up(self) -> bool | None:
        """Whether the opening balance and what was booked make the closing one; None when the bank did not state both."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + sum(entry.amount for entry in self.entries if entry.is_booked) == self.closing


def amount_in(text: str, *, where: str) -> Decimal:
    """Read an amount without a sign, with a point or a comma before at most five decimals.

    Raises:
        UnreadableStatement: anything else.
    """
    found = re.fullmatch(r"([0-9]{1,20})(?:[.,]([0-9]{0,5}))?", text.strip())
    if found is None:
        raise UnreadableStatement(f"{where} has an amount that cannot be read: {shown(text)}.")
    return Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1])


def currency_in(text: str, *, where: str) -> str:
    """Read a currency code: three capital letters.

    Raises:
        UnreadableStatement: anything else.
    """
    if not _CURRENCY.fullmatch(text.strip()):
        raise UnreadableStatement(f"{where} has a currency that cannot be read: {shown(text)}.")
    return text.strip()


def tidy(text: str | None) -> str:
    """Return `text` on one line, without doubled blanks and without signs that cannot be printed or stored."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text or "").split())


def shown(text: str) -> str:
    """Return what the file says, short enough for a sentence."""
    tidied = tidy(text)
    return f'"{tidied}"' if len(tidied) <= 40 else f'"{tidied[:39]}…"'


def _together(details: tuple[Detail, ...]) -> Detail:
    """Merge the details of an entry that cannot be told apart by amount: the first of each fact, and all that was written."""
    if len(details) == 1:
        return details[0]
    return Detail(
        end_to_end=_first(detail.end_to_end for detail in details),
        reference=_first(detail.reference for detail in details),
        remittance=tidy(" ".join(dict.fromkeys(detail.remittance for detail in details))),
        name=_first(detail.name for detail in details),
        iban=_first(detail.iban for detail in details),
        mandate=_first(detail.mandate for detail in details),
        return_reason=_first(detail.return_reason for detail in details),
        batch=_first(detail.batch for detail in details),
    )


def _with_amount(detail: Detail, amount: Decimal) -> Detail:
    facts = {name: getattr(detail, name) for name in detail.__dataclass_fields__}
    return Detail(**facts | {"amount": amount})


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")
