"""Money: exact amounts in the whole minor units (cents, yen, fils) of one currency.

An amount is an integer with its ISO 4217 currency; how many minor units make a major one is the currency's exponent
(EUR 2, JPY 0, KWD 3). Unit prices and ratios stay exact (Decimal, Fraction) until `rounded`, the only place of the house
that rounds: half up, away from zero. Amounts of different currencies never meet, and an amount that the database could
not hold (a 64-bit integer) is refused instead of stored wrongly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Self

from accounts.decisions import Refusal

LARGEST_MINOR = 2**63 - 1

# ISO 4217, active codes by minor unit. BGN and ANG have left circulation lately and stay for older documents; codes
# without a minor unit (metals, SDR, test codes) are no money one can be billed in.
_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF"
        " CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF"
        " IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN"
        " MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS"
        " SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW"
        " ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS = {code: digits for digits, codes in _BY_EXPONENT.items() for code in codes.split()}

_AMOUNT = re.compile(r"(-?)([0-9]{1,40})(?:\.([0-9]{1,4}))?")
_DECIMAL = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]{1,10})?")


class NotAnAmount(Refusal):
    """The text is not a plain decimal number such as 12.34."""

    code = "not_an_amount"


class UnknownCurrency(Refusal):
    """The code is not an active ISO 4217 currency."""

    code = "unknown_currency"


class AmountTooLarge(Refusal):
    """The amount does not fit the 64-bit integer that stores it."""

    code = "amount_too_large"


class CurrencyMismatch(Refusal):
    """Two amounts of different currencies were added or compared."""

    code = "currency_mismatch"


class NothingToShareBy(Refusal):
    """The weights of a division are missing, add up to nothing or, where parts follow days, are below zero."""

    code = "nothing_to_share_by"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `amount_minor` whole minor units of `currency`.

    Raises:
        UnknownCurrency: `currency` is not an ISO 4217 code in use.
        AmountTooLarge: the amount does not fit 64 bits.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise NotAnAmount(f"An amount is a whole number of minor units, not {self.amount_minor!r}.")
        if not -LARGEST_MINOR - 1 <= self.amount_minor <= LARGEST_MINOR:
            raise AmountTooLarge("The amount is too large to be booked.")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def of(cls, text: str, currency: str) -> Self:
        """Read a decimal string in major units, e.g. `Money.of("12.34", "EUR")`; a point, no separators, no exponent.

        Raises:
            NotAnAmount: anything else than ASCII digits, or more decimals than the currency has.
        """
        digits = exponent(currency)
        found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
        if found is None or len(found[3] or "") > digits:
            raise NotAnAmount(f"{_shown(text)} is not an amount in {currency}; write it like {Money(1234, currency).number}.")
        minor = int(found[2]) * 10**digits + int((found[3] or "").ljust(digits, "0") or "0")
        return cls(-minor if found[1] else minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    @property
    def number(self) -> str:
        """The amount in major units as a plain decimal string with all its decimals, e.g. "12.30"."""
        digits = exponent(self.currency)
        sign = "-" if self.amount_minor < 0 else ""
        whole, part = divmod(abs(self.amount_minor), 10**digits)
        return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"

    def __str__(self) -> str:
        return f"{self.number} {self.currency}"

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same_currency(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same_currency(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same_currency(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._same_currency(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._same_currency(other)

    def share(self, *weights: int) -> "tuple[Money, ...]":
        """Divide the amount in proportion to `weights` (e.g. days); each part is rounded, the last one takes the rest.

        The parts always add up to the amount, and none has the opposite sign, however many there are.

        Raises:
            NothingToShareBy: no weight, one below zero, or all of them zero.
        """
        if not weights or min(weights) < 0 or not sum(weights):
            raise NothingToShareBy("An amount is divided by weights of zero or more, not all of them zero.")
        whole = sum(weights)
        reached = [rounded(Fraction(self.amount_minor * so_far, whole), self.currency) for so_far in accumulate(weights)]
        return (reached[0], *(after - before for before, after in pairwise(reached)))

    def _same_currency(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are never mixed.")
        return other.amount_minor


def exponent(currency: str) -> int:
    """Return how many decimals `currency` has (ISO 4217 minor unit).

    Raises:
        UnknownCurrency: the code is not an active currency, written in capitals.
    """
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise UnknownCurrency(f"{_shown(currency)} is not a currency in use (ISO 4217).") from None


def rounded(minor: Fraction | int, currency: str) -> Money:
    """Round an exact number of minor units half up, away from zero: 0.5 becomes 1, -0.5 becomes -1."""
    return Money(half_up(minor.numerator, minor.denominator), currency)


def rounded_major(major: Fraction | Decimal, currency: str) -> Money:
    """Round an exact number of major units to `currency`, half up, away from zero."""
    return rounded(Fraction(major) * 10 ** exponent(currency), currency)


def rounded_share(amount: Fraction | Decimal | int, part: int, whole: int, currency: str) -> Money:
    """Round `amount` × `part` / `whole`, an exact number of minor units, as `rounded` does; `whole` is above zero."""
    numerator, denominator = amount.as_integer_ratio()
    return Money(half_up(numerator * part, denominator * whole), currency)


def half_up(numerator: int, denominator: int) -> int:
    """Return `numerator / denominator` as a whole number, half up away from zero; `denominator` is above zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def allocate_largest_remainder(total: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Spread `total` over `weights` so that the parts add up and each is less than one minor unit from its exact share.

    The units left over go to the largest remainders, the first of equals first. Weights may be below zero (credit lines).

    Raises:
        NothingToShareBy: the weights add up to zero while there is something to spread.
    """
    whole = sum(weights)
    if not whole:
        if total:
            raise NothingToShareBy(f"{total} cannot be spread over parts that add up to nothing.")
        return tuple(total for _ in weights)
    if len(weights) == 1:
        return (total,)
    sign = 1 if whole > 0 else -1
    parts = [divmod(total.amount_minor * weight * sign, abs(whole)) for weight in weights]
    left_over = total.amount_minor - sum(floor for floor, _ in parts)
    favoured = set(sorted(range(len(parts)), key=lambda index: -parts[index][1])[:left_over])
    return tuple(Money(floor + (index in favoured), total.currency) for index, (floor, _) in enumerate(parts))


def exact_decimal(value: object) -> Decimal:
    """Read a unit price, rate or number of units: an int, a Decimal or a plain decimal string; up to 14 digits and 10 decimals.

    Raises:
        NotAnAmount: a float, another alphabet's digits, an exponent, NaN, or more digits than can be stored.
    """
    plain = not isinstance(value, bool) and isinstance(value, str | int | Decimal)
    text = format(value, "f") if isinstance(value, Decimal) else str(value) if plain else ""
    if _DECIMAL.fullmatch(text) is None:
        raise NotAnAmount(f"{_shown(value)} is not a plain decimal number such as 12.5.")
    return Decimal(text) or Decimal(0)


def _shown(value: object) -> str:
    """Return what was typed, short enough for a sentence."""
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
