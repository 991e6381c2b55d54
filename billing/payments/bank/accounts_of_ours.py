"""Accounts of ours: which seller holds the account that a statement speaks of.

Banks write it as an IBAN or in their own way, such as `bank code/account` in Germany; both are one account.
"""

from collections.abc import Iterable

from billing.catalog.models import LegalEntity
from billing.payments.bank import references


def holder_of(account: str, sellers: Iterable[LegalEntity]) -> LegalEntity | None:
    """Return the seller whose account this is, if it is one of ours."""
    return next((seller for seller in sellers if seller.iban and _is_same(account, references.plain(seller.iban))), None)


def _is_same(account: str, iban: str) -> bool:
    """Whether a written account is this IBAN: by itself, or as bank code and account number with or without its zeros."""
    plain = references.plain(account)
    if plain in {iban, iban[4:]} or plain.removesuffix("EUR") == iban:
        return True
    bank, slash, number = account.partition("/")
    bank, number = references.plain(bank), references.plain(number)
    if not slash or not bank.isdigit() or not number.isdigit():
        return False
    inside = iban[4:]
    return inside.startswith(bank) and inside[len(bank) :].lstrip("0") == number.lstrip("0")
