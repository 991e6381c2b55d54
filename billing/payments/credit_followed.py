"""Following credit: which payment the credit that a payer holds came from, and how much of each is still there. Pure.

Credit is one sum per payer, seller and currency; each posting gives to it or takes from it. It is followed first in, first out.
What a payment gets back (a refund, a charge-back, an undoing) takes what that payment brought first, then what no payment
brought, such as goodwill; what did not go out in the end stands again where it was taken. Amounts are minor units.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """A posting on a payer's credit with one seller: above zero it gives, below it takes; of a payment or of none."""

    amount_minor: int
    about: str
    payment: int | None = None


@dataclass
class _Lot:
    """What one posting gave, and how much of it is still there."""

    age: int
    payment: int | None
    left: int = 0


@dataclass(frozen=True)
class _Taken:
    lot: _Lot
    amount_minor: int


def left_by_payment(moves: Iterable[Move]) -> dict[int | None, int]:
    """Return what is still there of each payment that left something (None: of what no payment brought), oldest first.

    Together this is the credit held. Credit that was taken before it was given is made good by what comes next.
    """
    books = _Credit()
    for age, move in enumerate(moves):
        if move.amount_minor > 0:
            books.give(age, move)
        else:
            books.take(move)
    left: dict[int | None, int] = {}
    for lot in books.lots:
        left[lot.payment] = left.get(lot.payment, 0) + lot.left
    return left


class _Credit:
    """The lots of one payer, seller and currency that are not used up, oldest first."""

    def __init__(self) -> None:
        self.lots: list[_Lot] = []
        self._gone: dict[str, list[_Taken]] = {}
        self._short = 0

    def give(self, age: int, move: Move) -> None:
        amount = move.amount_minor - self._made_good(move.amount_minor)
        gone = self._gone.get(move.about, [])
        while amount and gone:
            amount -= self._stand_again(gone, amount)
        if amount:
            self.lots.append(_Lot(age, move.payment, amount))

    def take(self, move: Move) -> None:
        wanted = -move.amount_minor
        for lot in self._in_turn(move.payment):
            part = min(wanted, lot.left)
            lot.left -= part
            wanted -= part
            if part and move.payment is not None:
                self._gone.setdefault(move.about, []).append(_Taken(lot, part))
        self.lots = [lot for lot in self.lots if lot.left]
        self._short += wanted

    def _in_turn(self, payment: int | None) -> list[_Lot]:
        if payment is None:
            return self.lots
        return sorted(self.lots, key=lambda lot: (lot.payment != payment, lot.payment is not None))

    def _made_good(self, amount_minor: int) -> int:
        part = min(self._short, amount_minor)
        self._short -= part
        return part

    def _stand_again(self, gone: list[_Taken], amount_minor: int) -> int:
        latest = gone.pop()
        part = min(latest.amount_minor, amount_minor)
        if part < latest.amount_minor:
            gone.append(_Taken(latest.lot, latest.amount_minor - part))
        if not latest.lot.left:
            self.lots = sorted([*self.lots, latest.lot], key=lambda lot: lot.age)
        latest.lot.left += part
        return part
