"""Addresses as staff keep them: on their page and by the API."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Address
from accounts.days import local_day
from tests.factories import people, tree_changes
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
GATE = {"purpose": "invoices", "street": "Gate 4", "city": "Berlin", "since": "2026-07-01", "until": "2026-08-01"}


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def test_address_is_kept_on_the_page_with_who_set_it():
    customer, agent = group("Helios"), people.agent()
    address = reverse("backoffice:customer_addresses", args=[customer.number])

    client_of(agent).post(address, GATE)

    assert str(Address.objects.get()) == "Gate 4, Berlin"
    assert f"set by {agent}" in client_of(agent).get(address).content.decode()


def test_address_that_ends_before_it_begins_is_refused_on_the_page():
    customer = group("Helios")

    answer = client_of(people.agent()).post(
        reverse("backoffice:customer_addresses", args=[customer.number]), GATE | {"until": "2026-06-01"}
    )

    assert answer.status_code == 422
    assert "An address ends after it begins." in answer.content.decode()
    assert not Address.objects.exists()


def test_address_ends_today_on_the_page():
    customer = group()
    kept, today = tree_changes.address(customer), local_day(timezone.now(), customer.timezone)

    client_of(people.agent()).post(reverse("backoffice:address_endings", args=[kept.pk]), {"on": today.isoformat()})

    assert Address.objects.get().until == today


def test_api_keeps_an_address_once_and_lists_it():
    customer = group("Helios")
    place, client = f"/api/v1/staff/nodes/{customer.number}/addresses/", client_of(people.agent())

    made = [client.post(place, GATE, content_type="application/json") for _ in range(2)]

    assert [answer.status_code for answer in made] == [201, 201]
    assert [row["street"] for row in client.get(place).json()["results"]] == ["Gate 4"]
