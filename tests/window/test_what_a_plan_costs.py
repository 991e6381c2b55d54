"""What a plan costs, in words: once or again and again, at least, and at first."""

from datetime import date
from decimal import Decimal

import pytest

from billing.catalog import plans
from billing.catalog.plans import ChargeTerms, Introduction
from tests.factories import billing
from window import price_words

pytestmark = pytest.mark.django_db

SEATS = ChargeTerms("base", "Pro", {"unit_price": "62.00"})


def words(*charges, **terms):
    version = plans.publish_version(
        plan=billing.plan(), currency="EUR", charges=[SEATS, *charges], effective_on=date(2026, 1, 1), **terms
    )
    version.refresh_from_db()
    return [said.replace("\xa0", " ") for said in price_words.of_version(version, "seat")]


@pytest.mark.parametrize(
    ("charge", "said"),
    [
        (ChargeTerms("setup", "Installation", {"price": "99.00"}, model="flat", kind="one_time"), "99.00 EUR once"),
        (ChargeTerms("setup", "Training", {"unit_price": "9.50"}, kind="one_time"), "9.50 EUR for each seat, once"),
        (
            ChargeTerms("minimum", "Minimum", {"price": "50.00"}, model="flat", kind="minimum"),
            "at least 50.00 EUR in all a month",
        ),
        (ChargeTerms("calls", "call", {"unit_price": "0.10"}, kind="usage", metric="calls"), "0.10 EUR for each call a month"),
    ],
)
def test_charge_says_whether_it_comes_once_at_least_or_by_use(charge, said):
    assert words(charge) == ["62.00 EUR for each seat a month", said]


def test_one_time_price_in_tiers_is_explained():
    tiers = {"tiers": [{"up_to": 10, "unit_price": "5"}, {"unit_price": "4"}]}

    assert words(ChargeTerms("setup", "Training", tiers, model="graduated", kind="one_time"))[1].endswith("(in EUR, once)")


def test_use_in_packages_says_what_is_used():
    package = {"package_price": "4.50", "package_size": 500}
    charge = ChargeTerms("sms", "Messages", package, model="package", kind="usage", metric="sms", billing="in_arrears")

    assert words(charge)[1] == "Messages: 4.50 for each package of 500 units begun (in EUR, a month)"


def test_price_at_first_is_named_with_its_length():
    assert words(introductions=[Introduction(Decimal("31"), 2)])[1] == "at first 31.00 EUR for 2 periods"
