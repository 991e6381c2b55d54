"""Splitting a customer as staff do it: chosen, previewed, asked for, decided by another, undone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.quality.split_models import Split
from tests.factories import people
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def today_of(customer):
    return local_day(timezone.now(), customer.timezone).isoformat()


def test_split_is_previewed_asked_for_approved_and_undone_on_the_pages():
    division = below(group("Helios"), "Europe", "division")
    berlin = below(division, "Berlin")
    address = reverse("backoffice:customer_splits", args=[division.number])
    form = {"name": "Europe North", "day": today_of(division), "children": [berlin.pk]}
    agent, boss = client_of(people.agent()), client_of(people.supervisor())

    shown = agent.get(address, form).content.decode()
    agent.post(address, form)
    split = Split.objects.get()
    boss.post(reverse("backoffice:split_decisions", args=[split.pk]), {"decision": "approve"})

    assert "Berlin stands under the new customer" in shown
    assert Customer.objects.get(pk=berlin.pk).parent.name == "Europe North"
    assert "Undo this split" in boss.get(reverse("backoffice:split", args=[split.pk])).content.decode()
    boss.post(reverse("backoffice:split_undoings", args=[split.pk]))
    assert Customer.objects.get(pk=berlin.pk).parent == division


def test_split_of_nothing_is_refused_on_the_page():
    division = below(group(), kind="division")
    form = {"name": "North", "day": today_of(division)}

    answer = client_of(people.agent()).post(reverse("backoffice:customer_splits", args=[division.number]), form)

    assert answer.status_code == 422 and "Choose what goes along" in answer.content.decode()


def test_own_split_is_not_approved_by_address():
    split_of = below(group(), kind="division")
    berlin, boss = below(split_of), client_of(people.supervisor())
    form = {"name": "North", "day": today_of(split_of), "children": [berlin.pk]}
    boss.post(reverse("backoffice:customer_splits", args=[split_of.number]), form)

    answer = boss.post(reverse("backoffice:split_decisions", args=[Split.objects.get().pk]), {"decision": "approve"})

    assert answer.status_code == 422 and "You asked for this yourself" in answer.content.decode()


def test_api_lists_parts_previews_asks_decides_and_undoes():
    division = below(group(), "Europe", "division")
    berlin = below(division, "Berlin")
    agent, boss = client_of(people.agent()), client_of(people.supervisor())
    node, asked = f"/api/v1/staff/nodes/{division.number}", {"name": "North", "parts": {"children": [berlin.pk]}}

    def send(client, address, body=None):
        return client.post(address, body or {}, content_type="application/json")

    parts = {row["part"]: row["pieces"] for row in agent.get(f"{node}/split-parts/").json()}
    previewed = send(agent, f"{node}/split-previews/", asked).json()
    made = send(agent, f"{node}/splits/", asked)
    one = f"/api/v1/staff/splits/{made.json()['id']}"

    assert [piece["key"] for piece in parts["children"]] == [berlin.pk]
    assert previewed["allowed"] and "Berlin stands under the new customer" in previewed["effects"]["children"][0]
    assert (made.status_code, made.json()["status"]) == (201, "waiting")
    assert send(agent, f"{one}/decisions/", {"approve": True}).status_code == 404
    assert send(boss, f"{one}/decisions/", {"approve": True}).json()["status"] == "done"
    assert agent.get(f"{node}/splits/").json()["results"][0]["made"].startswith("C-")
    assert send(boss, f"{one}/undoings/").json()["status"] == "undone"
    assert send(agent, f"{node}/splits/", {"name": "North", "parts": {"children": [1]}}).json()["code"] == "not_its_own"


def test_api_withdraws_a_split_once():
    division = below(group(), kind="division")
    site, agent = below(division), client_of(people.agent())
    address = f"/api/v1/staff/nodes/{division.number}/splits/"
    asked = {"name": "North", "parts": {"children": [site.pk]}}
    made = agent.post(address, asked, content_type="application/json").json()

    answers = [agent.post(f"/api/v1/staff/splits/{made['id']}/withdrawals/", content_type="application/json") for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["withdrawn", "withdrawn"]
