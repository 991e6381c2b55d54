"""Amounts typed by people are read as their language writes them, and refused in words."""

import pytest
from django.utils import translation

from billing.money import AmountTooLarge, Money, NotAnAmount
from window import amounts


@pytest.mark.parametrize(
    ("language", "text", "minor"), [("en", "12.34", 1234), ("en", " 7 ", 700), ("de", "12,34", 1234), ("de", "12.34", 1234)]
)
def test_amount_is_read_as_the_language_writes_it(language, text, minor):
    with translation.override(language):
        assert amounts.read(text, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize("text", ["12,34", "1,234.00", "1e3", "NaN", "", "٣", "12,3,4"])
def test_what_is_no_amount_is_refused_with_how_to_write_one(text):
    with pytest.raises(NotAnAmount, match=r"is not an amount in EUR; write it like 12\.34\."):
        amounts.read(text, "EUR")


def test_german_example_has_a_comma():
    with translation.override("de"), pytest.raises(NotAnAmount, match="12,34"):
        amounts.read("1.234,56", "EUR")


def test_amount_nobody_could_book_is_too_large():
    with pytest.raises(AmountTooLarge):
        amounts.read("9" * 25, "EUR")
