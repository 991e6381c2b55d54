"""Orders in the back office and by the API: done one after the other, by those who fulfil them."""

import pytest
from django.urls import reverse

from billing.provisioning.models import ProvisioningTask
from tests.factories import people, provisioning

pytestmark = pytest.mark.django_db


def test_an_agent_does_the_next_step_from_the_list(client):
    _, tasks = provisioning.ordered()
    client.force_login(people.staff())
    assert "Line ordered" in client.get(reverse("backoffice:orders")).text

    client.post(reverse("backoffice:task_completions", args=[tasks[0].pk]), {"note": "4711"})

    assert ProvisioningTask.objects.get(pk=tasks[0].pk).note == "4711"


def test_a_step_out_of_order_is_refused_in_one_sentence_and_changes_nothing(client):
    _, tasks = provisioning.ordered()
    client.force_login(people.staff())

    refused = client.post(reverse("backoffice:task_completions", args=[tasks[2].pk]))

    assert refused.status_code == 422
    assert "First comes: Line ordered." in refused.text
    assert not ProvisioningTask.objects.exclude(done_at=None).exists()


def test_a_program_of_ours_does_a_task_and_opens_it_again(client):
    _, tasks = provisioning.ordered()
    client.force_login(people.staff())
    address = reverse("staff_api:task_completions", args=[tasks[0].pk])

    assert client.post(address, {"note": "4711"}, content_type="application/json").json()["note"] == "4711"
    again = client.post(
        reverse("staff_api:task_reopenings", args=[tasks[0].pk]), {"reason": "Lost"}, content_type="application/json"
    )

    assert again.json()["done_at"] is None
    assert len(client.get(reverse("staff_api:tasks")).json()["results"]) == 3


def test_finance_and_customers_see_no_orders(client):
    subscription, tasks = provisioning.ordered()

    for outsider in (people.staff("finance"), people.administrator(subscription.customer)):
        client.force_login(outsider)
        assert client.post(reverse("staff_api:task_completions", args=[tasks[0].pk])).status_code in (403, 404)
        assert client.get(reverse("backoffice:orders")).status_code == 404
