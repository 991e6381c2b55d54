"""Invoice runs by program: asked for, read, and what is held released or discarded."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from billing import tasks
from billing.invoices.models import Document
from billing.invoices.running import carrying
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
FIRST, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def client():
    signed_in = Client()
    signed_in.force_login(people.finance())
    return signed_in


def post(client, route, *args, **body):
    return client.post(reverse(f"staff_api:{route}", args=args), body, content_type="application/json")


def held_twice():
    """A payer who is held, because its days stand on an imported invoice."""
    subscription = billing.subscribed(customers.group("Berlin"))
    billing.legacy_invoice(subscription.customer, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=billing.NOON)


def test_run_is_asked_for_and_carried_out(client, monkeypatch, django_capture_on_commit_callbacks):
    billing.subscribed(customers.group("Berlin"))
    asked = []
    monkeypatch.setattr(tasks.work_off_run, "delay", asked.append)

    with django_capture_on_commit_callbacks(execute=True):
        begun = post(client, "runs", on="2026-01-01")
    [listed] = client.get(reverse("staff_api:runs")).json()["results"]

    assert (begun.status_code, asked, listed["waiting"], listed["invoices"]) == (201, [begun.json()["id"]], 1, 0)
    assert listed == begun.json()


def test_run_of_a_day_with_nothing_due_leaves_nothing(client):
    assert post(client, "runs", on="2026-01-01").status_code == 204


@pytest.mark.parametrize("on", ["2026-13-01", "", "9999-12-31"])
def test_run_of_a_day_that_cannot_be_billed_is_refused(client, on):
    billing.subscribed(customers.group("Berlin"))

    assert post(client, "runs", on=on).status_code in (400, 422)


def test_held_documents_are_read_and_released_once(client):
    held_twice()
    [held] = client.get(reverse("staff_api:held")).json()["results"]

    released = post(client, "hold_releases", held["id"])
    again = post(client, "hold_releases", held["id"])

    assert [draft["total_minor"] for draft in held["drafts"]] == [6200]
    assert released.json()["issued"] == [Document.objects.get(origin="accord").ref]
    assert (again.status_code, again.json()["code"]) == (422, "not_held")


def test_discarded_documents_are_held_no_longer(client):
    held_twice()
    [held] = client.get(reverse("staff_api:held")).json()["results"]

    discarded = post(client, "hold_discards", held["id"])

    assert (discarded.json()["status"], client.get(reverse("staff_api:held")).json()["results"]) == ("discarded", [])
