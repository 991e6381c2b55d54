"""Units in words: one and several, and what documents and changes make of them."""

from decimal import Decimal

import pytest

from billing.catalog import units


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        (1, "seat", "1 seat"),
        (6, "seat", "6 seats"),
        (0, "seat", "0 seats"),
        (Decimal("1.50"), "licence", "1.5 licences"),
        (3, "box", "3 boxes"),
        (2, "branch", "2 branches"),
        (2, "company", "2 companies"),
        (2, "day", "2 days"),
        (2, "point of delivery", "2 points of delivery"),
        (1, "point of delivery", "1 point of delivery"),
    ],
)
def test_unit_is_counted_as_people_say_it(quantity, unit, words):
    assert units.counted(quantity, unit) == words
