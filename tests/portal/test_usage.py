"""Usage in the portal: what was used of what is included, what it costs so far, and the records behind it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.contracts import histories
from billing.invoices import run
from billing.invoices.models import Line
from billing.rating import metered as rating
from tests.factories import billing, metered
from tests.factories.customers import helios
from tests.factories.people import member
from tests.portal.visiting import NOW, TODAY, browser_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FIRST = date(2026, 1, 1)


@pytest.fixture
def visitor(tree):
    return browser_of(member(tree.germany, "reader"))


def test_page_tells_use_against_what_is_included_and_its_cost_so_far(visitor, tree):
    subscription = billing.subscribed(tree.berlin, metered.version(), on=FIRST)
    metered.used(subscription, 90, date(2026, 1, 5))
    metered.used(subscription, 160, date(2026, 1, 9))

    told = words(visitor.get(reverse("portal:usage", args=[tree.germany.number])))

    assert "Calls" in told
    assert "250" in told and "250.0" not in told
    assert "100 %" in told
    assert "10.00 EUR" in told
    assert "so far; billed on 1 Feb 2026" in told


def test_what_is_told_before_the_cycle_ends_is_what_is_billed_after_it(tree):
    subscription = billing.subscribed(tree.berlin, metered.version(), on=FIRST)
    metered.used(subscription, 333, date(2026, 1, 5))
    [told] = rating.of(histories.history_of(subscription), today=TODAY, cycles=1)

    run.bill(payer=tree.berlin, on=date(2026, 2, 1), at=NOW)

    line = Line.objects.get(kind="usage")
    assert (line.amount_minor, line.quantity) == (told.price.amount_minor, told.used) == (1500, 333)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 44), st.integers(0, 400)), max_size=6), st.sampled_from(["package", "graduated", "volume"])
)
def test_price_told_is_the_price_billed_whatever_is_used(uses, model):
    tiers = {"tiers": [{"up_to": 100, "unit_price": "0"}, {"up_to": None, "unit_price": "0.07"}]}
    subscription = billing.subscribed(
        helios().berlin, metered.version(f"C{model}", model, None if model == "package" else tiers), on=FIRST
    )
    for day, units in uses:
        metered.used(subscription, units, FIRST + timedelta(days=day))
    told = rating.of(histories.history_of(subscription), today=FIRST + timedelta(days=50), cycles=2)

    run.bill(payer=subscription.customer, on=date(2026, 3, 1), at=NOW)

    billed = {line.since: line.amount_minor for line in Line.objects.filter(kind="usage", subscription=subscription)}
    assert {one.since: one.price.amount_minor for one in told if one.price.amount_minor} == billed
    assert all(one.included == 100 for one in told)


def test_measurements_are_handed_over_as_csv_for_the_days_asked(visitor, tree):
    subscription = billing.subscribed(tree.berlin, metered.version(), on=FIRST)
    metered.used(subscription, 90, date(2026, 1, 5))
    metered.used(subscription, 160, date(2026, 1, 9))
    address = reverse("portal:usage_sheet", args=[subscription.ref])

    whole = b"".join(visitor.get(address)).decode().splitlines()
    part = b"".join(visitor.get(address, {"since": "2026-01-06", "until": "2026-02-01"})).decode().splitlines()

    assert (len(whole), len(part)) == (3, 2)
    assert part[1].startswith(f"{subscription.ref},{tree.berlin.number},calls,")
    assert ",160" in part[1]


def test_days_that_are_none_are_not_found(visitor, tree):
    subscription = billing.subscribed(tree.berlin, metered.version(), on=FIRST)

    assert visitor.get(reverse("portal:usage_sheet", args=[subscription.ref]), {"since": "x"}).status_code == 404


def test_page_says_where_nothing_is_metered(visitor, tree):
    assert "Nothing is metered here" in words(visitor.get(reverse("portal:usage", args=[tree.germany.number])))
