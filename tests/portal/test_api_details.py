"""Details over the API: dated addresses, changes asked for and decided on, and the word that all of it is right."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Address, Customer
from accounts.days import local_day
from accounts.people import keys
from accounts.quality import changes
from accounts.quality.models import ChangeRequest, Confirmation
from tests.factories import people
from tests.factories.quality import moved_by_request

pytestmark = pytest.mark.django_db


def post(viewer, path, **said):
    client = Client()
    client.force_login(viewer)
    return client.post(f"/api/v1/{path}", said, content_type="application/json")


def test_address_is_kept_listed_with_those_gone_by_and_ended(tree):
    member, berlin = people.member(tree.berlin), tree.berlin
    today = local_day(timezone.now(), berlin.timezone)
    Address.objects.create(
        customer=berlin, purpose="invoices", street="Old 1", city="Berlin", since=today - timedelta(9), until=today
    )

    kept = post(member, f"customers/{berlin.number}/addresses/", purpose="invoices", street="Allee 2", city="Berlin")
    held = Address.objects.get(street="Allee 2")
    on = str(today + timedelta(5))
    ended = post(member, f"customers/{berlin.number}/addresses/{held.pk}/endings/", on=on)

    client = Client()
    client.force_login(member)
    listed = client.get(f"/api/v1/customers/{berlin.number}/addresses/").json()["results"]
    assert (kept.status_code, kept.json()["status"], ended.status_code) == (201, "done", 201)
    assert [(row["street"], row["until"]) for row in listed if row["street"] == "Old 1"] == [("Old 1", str(today))]


def test_address_of_a_stranger_cannot_be_ended(tree):
    other = Address.objects.create(customer=tree.us, purpose="visits", street="Pier 1", city="Boston", since="2020-01-01")

    answer = post(people.member(tree.berlin), f"customers/{tree.berlin.number}/addresses/{other.pk}/endings/")

    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_kept")
    assert Address.objects.get(pk=other.pk).until is None


def test_tax_id_with_a_wrong_check_digit_is_refused_and_a_right_one_waits_for_an_administrator(tree):
    member, path = people.member(tree.germany), f"customers/{tree.germany.number}/details/changes/"

    wrong = post(member, path, what="tax_id", wanted={"tax_id": "DE136695967"})
    right = post(member, path, what="tax_id", wanted={"tax_id": "DE136695976"})
    asked = ChangeRequest.objects.get()
    decided = post(people.administrator(tree.group), f"details/changes/{asked.pk}/decisions/", approve=True)

    assert (wrong.status_code, right.json()["status"], decided.json()["status"]) == (422, "waiting", "done")
    assert Customer.objects.get(pk=tree.germany.pk).tax_id == "DE136695976"


def test_own_change_is_not_decided_by_who_asked_and_can_be_withdrawn(tree):
    administrator = people.administrator(tree.germany)
    wanted = {"legal_name": "Helios Deutschland AG"}
    asked = post(administrator, f"customers/{tree.germany.number}/details/changes/", what="legal_name", wanted=wanted)
    change = f"details/changes/{asked.json()['id']}"

    own = post(administrator, f"{change}/decisions/", approve=True)
    withdrawn = post(administrator, f"{change}/withdrawals/")

    assert (own.status_code, own.json()["code"]) == (422, "own_request")
    assert withdrawn.json()["status"] == "withdrawn"


def test_change_of_a_sister_is_as_if_there_were_no_such_customer(tree):
    there = post(people.member(tree.us), f"customers/{tree.berlin.number}/details/changes/", what="address", wanted={"city": "X"})

    assert there.status_code == 404
    assert not ChangeRequest.objects.exists()


def test_name_of_a_fact_that_no_change_knows_is_refused_by_name(tree):
    answer = post(
        people.member(tree.berlin), f"customers/{tree.berlin.number}/details/changes/", what="address", wanted={"tier": "gold"}
    )

    assert answer.status_code == 400
    assert "Unknown: tier" in str(answer.json())


def test_confirming_twice_a_day_is_one_confirmation(tree):
    member = people.member(tree.berlin)

    answers = [post(member, f"customers/{tree.berlin.number}/details/confirmations/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Confirmation.objects.count() == 1


def test_counts_by_month_tie_to_the_list_of_activities(tree):
    member = people.member(tree.berlin)
    post(member, f"customers/{tree.berlin.number}/details/confirmations/")
    client = Client()
    client.force_login(member)

    months = client.get(f"/api/v1/customers/{tree.berlin.number}/activities/months/").json()
    listed = client.get(f"/api/v1/customers/{tree.berlin.number}/activities/").json()["results"]

    assert sum(row["activities"] for row in months) == len(listed) > 0
    assert client.get(f"/api/v1/customers/{tree.us.number}/activities/months/").status_code == 404


def test_key_of_ones_own_is_no_second_person(tree):
    boss = people.administrator(tree.germany)
    key, _secret = keys.make(actor=boss, customer=tree.germany, name="ERP", scopes=["people", "details"], at=timezone.now())
    by_person = asked(boss, tree.germany, {"legal_name": "Helios Nord GmbH"})
    by_key = asked(key.user, tree.lab, {"legal_name": "Helios Ost GmbH"})

    assert changes.may_decide(key.user, by_person).code == "person_needed"
    assert changes.may_decide(boss, by_key).code == "own_request"
    assert changes.may_decide(people.administrator(tree.group), by_key).allowed


def test_place_our_own_people_ask_for_is_not_found_by_the_customers_people(tree):
    ours = moved_by_request(tree.lab, tree.germany.number)
    chief = people.administrator(tree.group)

    for answer in ({"approve": True}, {"approve": False, "note": "No."}):
        assert post(chief, f"details/changes/{ours.pk}/decisions/", **answer).status_code == 404


def test_change_names_other_customers_only_to_who_sees_them(tree):
    above, below = people.administrator(tree.group), people.administrator(tree.berlin)
    path = f"customers/{tree.berlin.number}/details/changes/"

    made = post(above, path, what="payer", wanted={"payer": tree.us.number}).json()
    read = visit(below, path)["results"][0]

    hidden = "another customer of the group"
    assert made["values"] == [{"label": "Who pays", "before": "Berlin", "after": "Helios US"}]
    assert read["values"] == [{"label": "Who pays", "before": "Berlin", "after": hidden}]
    assert not {"before", "after"} & {*made, *read}
    assert "Helios US" not in visit_page(below, tree.berlin)


def visit(viewer, path):
    client = Client()
    client.force_login(viewer)
    return client.get(f"/api/v1/{path}").json()


def visit_page(viewer, node):
    client = Client()
    client.force_login(viewer)
    return client.get(reverse("portal:details", args=[node.number])).content.decode()


def asked(actor, customer, wanted):
    facts = {"what": "legal_name", "effective_on": local_day(timezone.now(), customer.timezone), "at": timezone.now()}
    return changes.ask(actor=actor, customer=customer, **facts, **wanted)
