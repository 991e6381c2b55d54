"""Moves as staff see them: found, previewed, asked for, decided and taken back on one page each."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Customer
from accounts.quality.models import ChangeRequest
from tests.factories import people, quality
from tests.factories.customers import below, group, helios

pytestmark = pytest.mark.django_db


def visit(viewer, route, *keys, form=None, query=""):
    client = Client()
    client.force_login(viewer)
    address = reverse(f"backoffice:{route}", args=keys) + query
    return client.get(address) if form is None else client.post(address, form)


def test_places_are_found_by_name_where_the_kind_may_stand():
    world = helios()
    below(world.us, "Helios Street 5", "cost_centre")

    page = visit(people.agent(), "customer_moves", world.berlin.number, query="?q=helios").content.decode()

    assert f"?to={world.us.number}" in page
    assert "Helios Street 5" not in page
    assert f"?to={world.germany.number}" not in page


def test_chosen_place_is_previewed_before_anything_happens():
    world = helios()
    people.member(world.us, email="bob@helios.example")

    page = visit(people.agent(), "customer_moves", world.berlin.number, query=f"?to={world.us.number}").content.decode()

    assert "bob@helios.example gains sight of Berlin." in page
    assert "Ask for this move" in page
    assert not ChangeRequest.objects.exists()


def test_place_that_does_not_fit_says_why_on_the_button():
    world = helios()

    page = visit(people.agent(), "customer_moves", world.us.number, query=f"?to={world.berlin.number}").content.decode()

    assert "A legal entity cannot stand under a location (Berlin)." in page


def test_circle_sent_by_hand_is_refused_and_nothing_is_asked_for():
    world = helios()

    answer = visit(people.agent(), "customer_moves", world.germany.number, form={"to": world.lab.number})

    assert answer.status_code == 422
    assert "cannot stand under itself" in answer.content.decode()
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize(
    "form", [{"to": "C-9"}, {"to": ""}, {"to": "top", "day": "2026-99-99"}, {"to": "x" * 999}, {"to": "\x00"}]
)
def test_nonsense_is_refused_on_the_form(form):
    answer = visit(people.agent(), "customer_moves", helios().berlin.number, form=form)

    assert (answer.status_code, ChangeRequest.objects.count()) == (422, 0)


def test_agent_asks_supervisor_approves_manager_undoes():
    world = helios()
    answer = visit(people.agent(), "customer_moves", world.berlin.number, form={"to": world.us.number})
    asked = ChangeRequest.objects.get()
    assert answer["Location"] == reverse("backoffice:position", args=[asked.pk])

    visit(people.supervisor(), "position_decisions", asked.pk, form={"decision": "approve"})
    assert Customer.objects.get(pk=world.berlin.pk).parent == world.us
    visit(people.manager(), "position_undoings", asked.pk, form={})

    assert Customer.objects.get(pk=world.berlin.pk).parent == world.germany
    assert "Undone by" in visit(people.agent(), "position", asked.pk).content.decode()


def test_withdrawn_request_is_over():
    asked = quality.waiting_move()

    visit(asked.asked_by, "position_withdrawals", asked.pk, form={})

    assert ChangeRequest.objects.get().status == "withdrawn"
    assert visit(people.supervisor(), "position_decisions", asked.pk, form={"decision": "approve"}).status_code == 422


def test_undoing_what_was_moved_on_says_so():
    asked = quality.waiting_move()
    visit(people.supervisor(), "position_decisions", asked.pk, form={"decision": "approve"})
    again = quality.moved_by_request(asked.customer, asked.customer.get_root().number)
    visit(people.supervisor(), "position_decisions", again.pk, form={"decision": "approve"})

    answer = visit(people.manager(), "position_undoings", asked.pk, form={})

    assert answer.status_code == 422
    assert "has been moved on since" in answer.content.decode()


def test_waiting_move_stands_among_what_waits():
    asked = quality.waiting_move()

    assert reverse("backoffice:position", args=[asked.pk]) in visit(people.supervisor(), "data").content.decode()


def test_group_alone_may_not_become_a_group_of_its_own():
    page = visit(people.agent(), "customer_moves", group().number).content.decode()

    assert "?to=top" not in page
