"""What is too much at once, or cannot be read, is refused by one sentence in the way its reader reads."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Customer
from tests.factories import people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
MUCH = "X" * 10_000_000


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_ten_megabytes_in_a_field_are_refused_on_a_page_with_a_sentence():
    customer = group("Helios")
    address = reverse("admin:accounts_customer_change", args=[customer.pk])

    answer = client_of(people.manager()).post(address, f"name={MUCH}", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413
    assert "That is more than can be taken at once; send less." in answer.content.decode()
    assert Customer.objects.get(pk=customer.pk).name == "Helios"


def test_ten_megabytes_at_the_api_are_refused_in_its_shape():
    customer = group("Helios")
    address = f"/api/v1/customers/{customer.number}/details/changes/"
    said = {"what": "legal_name", "wanted": {"legal_name": MUCH}}

    answer = client_of(people.administrator(customer)).post(address, said, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ["abc\u202egnp.exe", "\u2066Helios\u2069"])
def test_mark_that_turns_the_direction_of_writing_is_refused_in_words(name):
    customer = group("Helios")
    address = f"/api/v1/customers/{customer.number}/details/changes/"
    said = {"what": "legal_name", "wanted": {"legal_name": name}}

    answer = client_of(people.administrator(customer)).post(address, said, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "direction_turned")
    assert "turn the direction of writing" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["漢字株式会社", "شركة النور", "Ελληνικά ΑΕ", "חברת אור\u200f", "👩‍🔧 Werkstatt"])
def test_name_in_any_script_is_taken(name):
    customer = group("Helios")
    address = f"/api/v1/customers/{customer.number}/details/changes/"
    said = {"what": "legal_name", "wanted": {"legal_name": name}}

    assert client_of(people.administrator(customer)).post(address, said, content_type="application/json").status_code == 201
