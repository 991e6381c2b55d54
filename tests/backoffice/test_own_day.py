"""Late in the evening of Greenwich it is the next day in Berlin: staff pages and the staff API propose the customer's own day."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Responsibility
from accounts.quality.models import ChangeRequest
from backoffice import paper
from billing.invoices import settling
from tests.factories import billing, people
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


@pytest.fixture
def late():
    with time_machine.travel(LATE, tick=False):
        yield


def division(zone="Europe/Berlin"):
    return below(group("Helios"), "Europe", "division", at=LATE, timezone=zone)


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def call(viewer, path, body):
    return client_of(viewer).post(f"/api/v1/staff/nodes/{path}", body, content_type="application/json")


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", "2026-11-28"), ("America/New_York", "2026-11-27")])
@pytest.mark.parametrize("route", ["customer_splits", "customer_moves", "customer_addresses", "customer_relations", "answers"])
def test_form_proposes_the_day_it_is_where_the_customer_is(late, route, zone, day):
    node = division(zone)

    page = client_of(people.manager()).get(reverse(f"backoffice:{route}", args=[node.number])).content.decode()

    assert f'value="{day}"' in page


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", "28 Nov 2026"), ("America/New_York", "27 Nov 2026")])
def test_page_says_since_which_day_of_its_own_it_is_a_customer(late, zone, day):
    page = client_of(people.agent()).get(reverse("backoffice:customer", args=[division(zone).number])).content.decode()

    assert day in page


def test_split_asked_for_without_a_day_is_meant_for_the_customer_s_today(late):
    node = division()
    dock = below(node, "Dock")

    made = call(people.agent(), f"{node.number}/splits/", {"name": "North", "parts": {"children": [dock.pk]}})

    assert (made.status_code, made.json()["effective_on"]) == (201, "2026-11-28")


def test_move_asked_for_without_a_day_is_meant_for_the_customer_s_today(late):
    node = division()
    dock = below(node.parent, "Dock")

    made = call(people.agent(), f"{dock.number}/moves/", {"parent": node.number})

    assert (made.status_code, made.json()["effective_on"]) == (201, "2026-11-28")


def test_owner_named_without_a_day_owns_from_the_customer_s_today(late):
    node, kim = division(), people.staff("key_account", email="kim@accord.example")

    call(people.manager(), f"{node.number}/owners/", {"role": "account_owner", "person": kim.email})

    assert Responsibility.objects.get(role="account_owner").since.isoformat() == "2026-11-28"


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", "2026-11-28"), ("America/New_York", "2026-11-27")])
def test_books_open_on_the_day_it_is_where_finance_works(late, zone, day):
    viewer = people.finance()
    viewer.timezone = zone
    viewer.save(update_fields=["timezone"])

    page = client_of(viewer).get(reverse("backoffice:inbox")).content.decode()

    assert f'name="on" type="date" value="{day}"' in page


def test_document_says_on_which_day_of_the_payer_it_was_settled():
    document = billing.invoice(group("Helios"), 5000)
    settling.settle(document=document, amount_minor=5000, at=LATE)

    [settled] = paper.shown(document, on=LATE.date())["settlements"]

    assert settled["note"] == "28 Nov 2026"


def test_customer_dragged_in_the_tree_is_to_move_on_its_own_today(late):
    node = division()
    dock = below(node.parent, "Dock")

    moved = client_of(people.manager()).post(
        reverse("admin:accounts_customer_changelist"),
        {"cmd": "move_node", "cut_item": dock.pk, "pasted_on": node.pk, "position": "last-child"},
        headers={"x-requested-with": "XMLHttpRequest"},
    )

    assert (moved.content, ChangeRequest.objects.get().effective_on.isoformat()) == (b"OK", "2026-11-28")
