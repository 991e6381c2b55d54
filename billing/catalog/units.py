"""Units: what a product is sold in, counted in words as documents say it: "1 seat", "6 seats", "2 points of delivery".

A product names one unit in English ("seat", "box", "point of delivery"); more of them take the plural of its first noun. Pure.
"""

import re
from decimal import Decimal
from typing import Final

from billing.catalog import charges

OF: Final = " of "
HISSES: Final = re.compile(r"(s|x|z|ch|sh)$")
CONSONANT_AND_Y: Final = re.compile(r"([^aeiou])y$")


def counted(quantity: Decimal | int, unit: str) -> str:
    """Write so many units: "1 seat", "0 seats", "3 boxes"."""
    return f"{charges.decimal_text(Decimal(quantity))} {unit if quantity == 1 else several(unit)}"


def several(unit: str) -> str:
    """Name more than one of a unit: "seats", "boxes", "companies", "points of delivery"."""
    noun, of, rest = unit.partition(OF)
    nouns = noun + "es" if HISSES.search(noun) else CONSONANT_AND_Y.sub(r"\1ie", noun) + "s"
    return nouns + of + rest
