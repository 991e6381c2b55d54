"""The report of who needs which fact, and retiring by one click."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers.retired_models import RetiredFact
from tests.factories import people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def test_manager_retires_what_nobody_uses_by_one_click_and_no_form_asks_for_it():
    manager, customer = client_of(people.manager()), group()
    admin = f"/admin/accounts/customer/{customer.pk}/change/"
    assert "id_external_id" in manager.get(admin).content.decode()

    manager.post(reverse("backoffice:fact_retirements", args=["external_id"]))

    assert "retired" in manager.get(reverse("backoffice:field_usage")).content.decode()
    assert "id_external_id" not in manager.get(admin).content.decode()
    manager.post(reverse("backoffice:fact_returns", args=["external_id"]))
    assert not RetiredFact.objects.exists()


def test_fact_in_use_has_no_button_and_its_address_says_why():
    manager = client_of(people.manager())

    answer = manager.post(reverse("backoffice:fact_retirements", args=["tax_id"]), follow=True).content.decode()

    assert "The tax id is used" in answer
    assert reverse("backoffice:fact_retirements", args=["tax_id"]) not in answer
