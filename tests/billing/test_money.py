"""Money: shares rounded once, half up, without a fraction reduced on the way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import money
from billing.money import AmountTooLarge, Money

ratios = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)
rates = st.decimals(min_value=0, max_value=1, places=4)


@given(ratios, st.integers(0, 366), st.integers(1, 366))
def test_share_of_a_price_is_its_exact_fraction_rounded(price: Fraction, days: int, whole: int) -> None:
    assert money.rounded_share(price, days, whole, "EUR") == money.rounded(price * days / whole, "EUR")


@given(rates, st.integers(-(10**12), 10**12))
def test_tax_of_an_amount_is_its_exact_share_rounded(rate: Decimal, net: int) -> None:
    assert money.rounded_share(rate, net, 1, "EUR") == money.rounded(net * Fraction(rate), "EUR")


@given(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6).filter(bool))
def test_all_of_an_amount_goes_to_the_only_part(amount: int, weight: int) -> None:
    assert money.allocate_largest_remainder(Money(amount, "EUR"), [weight]) == (Money(amount, "EUR"),)


@pytest.mark.parametrize(("cents", "days", "rounded"), [(6993, 15, 3497), (Fraction(1, 2), 30, 1), (Fraction(-1, 2), 30, -1)])
def test_half_a_cent_is_rounded_away_from_nothing(cents, days, rounded):
    assert money.rounded_share(cents, days, 30, "EUR") == Money(rounded, "EUR")


def test_share_that_cannot_be_booked_is_refused():
    with pytest.raises(AmountTooLarge):
        money.rounded_share(2**63, 1, 1, "EUR")
