"""Spelling: a misspelt word is read as the used word nearest to it; what is used stays as it is."""

import pytest

from support.knowledge import spelling

USED = spelling.count(["my card is not working"] * 3 + ["a rare word"] + ["the cars"] * 9)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("crad not working", "card not working"),
        ("card not workng", "card not working"),
        ("card not worrking", "card not working"),
        ("card not workinh", "card not working"),
        ("CARD", "card"),
        ("cardd", "card"),
        ("carx", "cars"),
        ("rarre", "rarre"),
        ("xorking", "xorking"),
        ("nto", "nto"),
        ("INV-2026", "inv-2026"),
        ("working" * 10, "working" * 10),
        ("", ""),
    ],
)
def test_a_word_nobody_used_is_read_as_the_one_used_most_among_those_one_slip_away(written: str, read: str):
    assert spelling.corrected(written, USED) == read
