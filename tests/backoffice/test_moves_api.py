"""Moves through our own people's part of the API: previewed, asked for, decided, undone."""

import pytest
from django.test import Client

from accounts.customers.models import Customer
from tests.factories import people, quality
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db


def call(viewer, path, body=None):
    client = Client()
    client.force_login(viewer)
    address = f"/api/v1/staff/{path}"
    return client.get(address) if body is None else client.post(address, body, content_type="application/json")


def test_preview_tells_what_would_change_and_changes_nothing():
    root = group("Helios")
    place, moving = below(root, "North", "division"), below(root, "Lab")

    told = call(people.agent(), f"nodes/{moving.number}/move-previews/?parent={place.number}&effective_on=2026-03-01").json()

    assert told["allowed"] and told["nodes"] == 1
    assert told["effects"]["tree"] == ["Lab leaves Helios for North on 1 Mar 2026."]
    assert Customer.objects.get(pk=moving.pk).parent_id == root.pk


def test_number_of_a_merged_customer_leads_on_where_it_is_to_stand_under():
    merge = quality.done_merge()
    moving = below(merge.survivor, "Lab")
    path = f"nodes/{moving.number}/move-previews/?parent={{}}&effective_on=2026-03-01"

    told = [call(people.agent(), path.format(node.number)).json() for node in (merge.retired, merge.survivor)]

    assert told[0] == told[1] != {}
    assert "code" in told[0] and "nodes" in told[0]


def test_preview_names_the_rule_that_objects_when_the_place_is_below_the_customer():
    root = group("Helios")
    inner = below(root, "North", "division")

    told = call(people.agent(), f"nodes/{root.number}/move-previews/?parent={inner.number}").json()

    assert (told["allowed"], told["code"], told["effects"]) == (False, "under_itself", {})


def test_move_is_asked_for_by_one_decided_by_another_and_undone():
    root = group("Helios")
    place, moving = below(root, "North", "division"), below(root, "Lab")
    second = people.supervisor()

    asked = call(people.agent(), f"nodes/{moving.number}/moves/", {"parent": place.number})
    decided = call(second, f"moves/{asked.json()['id']}/decisions/", {"approve": True})
    stood = Customer.objects.get(pk=moving.pk).parent_id
    undone = call(second, f"moves/{asked.json()['id']}/undoings/", {})

    assert (asked.status_code, asked.json()["status"]) == (201, "waiting")
    assert (decided.json()["status"], stood) == ("done", place.pk)
    assert (undone.json()["undone"], Customer.objects.get(pk=moving.pk).parent_id) == (True, root.pk)


def test_move_is_not_decided_by_who_asked_for_it_or_refused_without_a_reason():
    root = group("Helios")
    place, moving = below(root, "North", "division"), below(root, "Lab")
    asker = people.supervisor()
    asked = call(asker, f"nodes/{moving.number}/moves/", {"parent": place.number}).json()

    own = call(asker, f"moves/{asked['id']}/decisions/", {"approve": True})
    silent = call(people.staff("manager"), f"moves/{asked['id']}/decisions/", {"approve": False})

    assert (own.status_code, own.json()["code"], silent.status_code) == (422, "own_request", 400)
    assert Customer.objects.get(pk=moving.pk).parent_id == root.pk


def test_move_that_was_withdrawn_is_decided_no_more():
    waiting = quality.waiting_move()

    taken = call(waiting.asked_by, f"moves/{waiting.pk}/withdrawals/", {})
    late = call(people.supervisor(), f"moves/{waiting.pk}/decisions/", {"approve": True})

    assert (taken.json()["status"], late.json()["code"]) == ("withdrawn", "already_decided")
