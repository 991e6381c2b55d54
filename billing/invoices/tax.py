"""Tax: how much of it a document carries, and how much each line.

Amounts are whole minor units. Per rate the tax is the document's net sum times the rate, rounded half up once, and spread
over its lines by largest remainder, so that lines and document always add up. A credit line carries the tax of the line it
corrects in proportion to the amount taken back, and the last credit takes the rest: a line credited in full gives back
exactly the tax it carried. A document that only credits carries the sum of those.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from accounts.quality import identifiers
from billing import money
from billing.catalog import supplies
from billing.money import Money

STANDARD, ZERO, EXEMPT, REVERSE_CHARGE, INTRA_COMMUNITY, EXPORT = "S", "Z", "E", "AE", "K", "G"  # UNTDID 5305
EU: Final = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
     "PL", "PT", "RO", "SE", "SI", "SK"}
)  # fmt: skip
# Why no tax is charged, in words and by the code list of the European Commission (VATEX).
EXEMPTIONS: Final = {
    REVERSE_CHARGE: ("Reverse charge: the recipient owes the tax (art. 196 of directive 2006/112/EC).", "VATEX-EU-AE"),
    INTRA_COMMUNITY: ("Exempt intra-community supply (art. 138 of directive 2006/112/EC).", "VATEX-EU-IC"),
    EXPORT: ("Not taxed here: supplied to outside the European Union.", "VATEX-EU-G"),
}


@dataclass(frozen=True)
class TaxableLine:
    """A line's net amount and rate; `carried_minor` is set on credit lines: the tax they take back (zero or below)."""

    amount_minor: int
    rate: Decimal
    carried_minor: int | None = None


def on_lines(lines: Sequence[TaxableLine], currency: str) -> list[int]:
    """Return the tax of each line, in their order."""
    if len(lines) == 1 and lines[0].carried_minor is None:
        return [_on_one(lines[0].amount_minor, lines[0].rate, currency)]
    return _spread(lines, currency)


def _spread(lines: Sequence[TaxableLine], currency: str) -> list[int]:
    taxes = [line.carried_minor or 0 for line in lines]
    for rate, places in _by_rate(lines).items():
        charged = [place for place in places if lines[place].carried_minor is None and lines[place].amount_minor]
        if not charged:
            continue
        net = sum(lines[place].amount_minor for place in places)
        carried = sum(taxes[place] for place in places)
        whole = money.rounded_share(rate, net, 1, currency).amount_minor - carried
        parts = money.allocate_largest_remainder(Money(whole, currency), [lines[place].amount_minor for place in charged])
        for place, part in zip(charged, parts, strict=True):
            taxes[place] = part.amount_minor
    return taxes


@lru_cache(maxsize=4096)
def _on_one(amount_minor: int, rate: Decimal, currency: str) -> int:
    return money.rounded_share(rate, amount_minor, 1, currency).amount_minor


def reached(*, tax_minor: int, amount_minor: int, credited_minor: int, currency: str) -> int:
    """Return how much of a line's tax has been taken back once `credited_minor` of its net amount has.

    The tax of one more credit is the difference between two such points, so the credits of a line always add up.
    """
    if not amount_minor:
        return 0
    return money.rounded(Fraction(tax_minor * credited_minor, amount_minor), currency).amount_minor


def category_of(rate: Decimal, seller: Mapping[str, str], buyer: Mapping[str, str], supply: str = supplies.SERVICE) -> str:
    """Return the category of tax of a rate between these parties (UNTDID 5305); a wrong VAT id shifts no tax to the buyer.

    What is exempt is so everywhere; goods for a business of another country of the Union are an intra-community supply.
    """
    if rate:
        return STANDARD
    if supply == supplies.EXEMPT:
        return EXEMPT
    home, away = seller.get("country", ""), buyer.get("country", "")
    if not away or home == away:
        return ZERO
    if away not in EU:
        return EXPORT
    proven = identifiers.is_valid(identifiers.VAT, buyer.get("tax_id", ""), away)
    if not proven or home not in EU:
        return ZERO
    return INTRA_COMMUNITY if supply == supplies.GOODS else REVERSE_CHARGE


def per_rate(lines: Iterable[tuple[Decimal, int]]) -> dict[Decimal, int]:
    """Return the sum of `(rate, tax)` pairs per rate."""
    sums: dict[Decimal, int] = defaultdict(int)
    for rate, tax in lines:
        sums[rate] += tax
    return dict(sums)


def _by_rate(lines: Sequence[TaxableLine]) -> dict[Decimal, list[int]]:
    places: dict[Decimal, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        places[line.rate].append(place)
    return places
