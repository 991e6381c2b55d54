"""Choosers of the administration: two customers of one name are told apart."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import customers, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_berlins():
    other = customers.group("Berlin", city="Potsdam")
    inside = customers.below(customers.group("Helios"), "Berlin")
    return other, inside


def offered(client, words):
    facts = {"app_label": "accounts", "model_name": "condition", "field_name": "customer", "term": words}
    return [one["text"] for one in client.get(reverse("admin:autocomplete"), facts).json()["results"]]


def test_list_under_a_chooser_says_number_and_place(manager, two_berlins):
    other, inside = two_berlins

    found = offered(manager, "Berlin")

    assert set(found) == {f"Berlin · {other.number} · Potsdam", f"Berlin · {inside.number} · below Helios"}


def test_customer_that_was_chosen_is_shown_with_number_and_place(manager, two_berlins):
    _other, inside = two_berlins

    answer = manager.post(reverse("admin:accounts_condition_add"), {"customer": inside.pk, "kind": "discount", "value": "much"})

    assert f"Berlin · {inside.number} · below Helios" in answer.content.decode()


def test_list_under_a_chooser_costs_as_many_statements_for_three_as_for_one(manager, two_berlins):
    offered(manager, "Berlin")
    with CaptureQueriesContext(connection) as few:
        offered(manager, "Berlin")
    for _ in range(3):
        customers.below(customers.group(), "Berlin")

    with CaptureQueriesContext(connection) as many:
        assert len(offered(manager, "Berlin")) == 5

    assert len(many) == len(few)


def test_nobody_else_asks_what_there_is_to_choose(two_berlins):
    agent = Client()
    agent.force_login(people.agent())

    assert agent.get(reverse("admin:autocomplete"), {"term": "Berlin"}).status_code in (302, 403, 404)
