"""Prices that could not be kept stand on a list of their own, on the page and for programs, for who may see the customer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from billing.amendments import differing
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def quotes():
    places = [customers.group(name) for name in ("Helios & Co", "Nordwind")]
    return [billing.price_not_kept(place, at=billing.NOON + timedelta(hours=hour)) for hour, place in enumerate(places)]


def test_page_lists_each_with_its_contract_and_why_the_latest_first(client, quotes):
    client.force_login(people.staff("agent"))

    page = client.get(reverse("backoffice:prices_not_kept")).text

    assert page.index("Nordwind") < page.index("Helios &amp; Co")
    assert page.count("The price is no longer as quoted.") == 2
    assert all(quote.contract.ref in page for quote in quotes)


def test_programs_read_the_same_list(client, quotes):
    client.force_login(people.staff("finance"))

    told = client.get(reverse("staff_api:prices_not_kept")).json()["results"]

    assert [(one["contract"], one["customer"]) for one in told] == [
        (quote.contract.ref, quote.customer.number) for quote in reversed(quotes)
    ]
    assert told[0]["why"] == "The price is no longer as quoted."


def test_without_any_the_page_says_that_every_price_was_kept(client):
    client.force_login(people.staff("agent"))

    assert "Every price was kept" in client.get(reverse("backoffice:prices_not_kept")).text


def test_list_is_read_by_its_own_index_and_not_from_the_whole_timeline(quotes):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = differing.alarms_for(people.staff("agent")).explain()

    assert "at_id_idx" in plan
