"""What a charge model says of itself is said in the reader's language, and in English as before."""

import pytest
from django.utils import translation

from billing.catalog import charges
from billing.periods import Interval
from window import price_words

MONTHLY = Interval("month", 1)
TIERS = [{"up_to": 10, "unit_price": "5.00"}, {"up_to": None, "unit_price": "4.00", "flat_price": "2.00"}]
EACH_TIER = "up to 10: 5.00 each; above 10: 4.00 each plus 2.00"
PACKAGES = {"package_price": "4.50", "package_size": 500, "free_units": 2000}
PERCENT = {"rate": "1.5", "fixed_per_event": "0.25"}


@pytest.mark.parametrize(
    ("model", "params", "told"),
    [
        ("package", PACKAGES, "4.50 for each package of 500 units begun, the first 2000 free"),
        ("graduated", {"tiers": TIERS}, f"each unit at the price of its tier: {EACH_TIER}"),
        ("volume", {"tiers": TIERS}, f"all units at the price of the tier the total falls into: {EACH_TIER}"),
        ("percentage", PERCENT, "1.5 % of the amount, 0.25 for each event"),
    ],
)
def test_charge_explains_itself_in_english(model, params, told):
    assert charges.parse(model, params).explain() == told


def test_price_of_packages_is_written_as_the_reader_writes_figures():
    with translation.override("de"):
        told = price_words.of(charges.parse("package", PACKAGES), MONTHLY, "EUR", "message")

    assert "4,50" in told
    assert "2.000" in told


def test_price_that_is_told_at_length_ends_with_its_currency_and_cycle():
    told = price_words.of(charges.parse("package", PACKAGES), MONTHLY, "EUR", "message")

    assert told == "4.50 for each package of 500 units begun, the first 2,000 free (in EUR, a month)"
