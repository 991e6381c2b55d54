"""Customers kept twice, as staff see and settle them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Customer
from accounts.quality.models import Candidate, Merge
from tests.factories import billing, people, quality, support

pytestmark = pytest.mark.django_db


def visit(viewer, route, *keys, form=None, query=""):
    client = Client()
    client.force_login(viewer)
    address = reverse(f"backoffice:{route}", args=keys) + query
    return client.get(address) if form is None else client.post(address, form)


def test_pair_is_shown_side_by_side_with_its_reasons_and_what_a_merge_changes():
    pair = quality.pair()
    people.member(pair.b, email="mia@helios.example")

    page = visit(people.agent(), "duplicate", pair.pk).content.decode()

    assert pair.a.number in page and pair.b.number in page
    assert "same number: DE136695976" in page
    assert f"mia@helios.example gets the role Member at {pair.a.name}." in page


def test_pair_that_is_not_one_leaves_the_list_and_is_remembered():
    pair, agent = quality.pair(), people.agent()

    answer = visit(agent, "duplicate_dismissals", pair.pk, form={"note": "Two houses"})

    assert answer.status_code == 302
    assert pair.a.name not in visit(agent, "duplicates").content.decode()
    assert "Two houses" in visit(agent, "duplicates", query="?show=not_a_duplicate").content.decode()


def test_agent_asks_and_supervisor_merges():
    pair = quality.pair()

    answer = visit(people.agent(), "duplicate_merges", pair.pk, form={"keep": "b", "note": "Same house"})
    merge = Merge.objects.get()
    visit(people.supervisor(), "merge_decisions", merge.pk, form={"decision": "approve"})

    assert answer["Location"] == reverse("backoffice:merge", args=[merge.pk])
    assert Customer.objects.get(pk=pair.a.pk).merged_into == pair.b
    assert Candidate.objects.get().status == "merged"


def test_who_asked_sees_why_somebody_else_decides():
    supervisor, pair = people.supervisor(), quality.pair()
    visit(supervisor, "duplicate_merges", pair.pk, form={"keep": "a"})
    merge = Merge.objects.get()

    page = visit(supervisor, "merge", merge.pk).content.decode()
    answer = visit(supervisor, "merge_decisions", merge.pk, form={"decision": "approve"})

    assert "You asked for this yourself; a second person decides." in page
    assert (answer.status_code, Merge.objects.get().status) == (422, "waiting")


def test_number_of_a_merged_customer_leads_to_its_survivor():
    merge = quality.done_merge()

    answer = visit(people.agent(), "customer", merge.retired.number)

    assert answer["Location"] == reverse("backoffice:customer", args=[merge.survivor.number])


def test_number_of_a_merged_customer_leads_to_its_survivor_by_api():
    merge, client = quality.done_merge(), Client()
    client.force_login(people.agent())

    node = client.get(f"/api/v1/staff/nodes/{merge.retired.number}/")
    answers = [
        client.get(f"/api/v1/staff/nodes/{customer.number}/responsibilities/").json()
        for customer in (merge.retired, merge.survivor)
    ]

    by_its_ref = client.get(f"/api/v1/staff/nodes/{merge.retired.ref}/")
    assert [found.json()["number"] for found in (node, by_its_ref)] == [merge.survivor.number] * 2
    assert answers[0] == answers[1] != []


def test_survivor_shows_documents_tickets_and_contracts_of_both():
    merge = quality.waiting_merge()
    invoice, ticket = billing.invoice(merge.retired, 12000), support.ticket(merge.retired)
    subscription = billing.subscribed(merge.retired)
    visit(people.supervisor(), "merge_decisions", merge.pk, form={"decision": "approve"})

    page = visit(people.agent(), "customer", merge.survivor.number).content.decode()

    assert all(str(ref) in page for ref in (invoice.ref, ticket.ref, subscription.ref))
    assert merge.retired.name not in visit(people.agent(), "below", merge.survivor.number).content.decode()


def test_undone_merge_opens_both_pages_again():
    merge = quality.done_merge()

    visit(people.manager(), "merge_undoings", merge.pk, form={})

    assert visit(people.agent(), "customer", merge.retired.number).status_code == 200
    assert Candidate.objects.get().status == "open"


def test_person_of_the_merged_customer_is_led_to_the_survivor_in_the_portal():
    merge = quality.waiting_merge()
    mia = people.member(merge.retired)
    visit(people.supervisor(), "merge_decisions", merge.pk, form={"decision": "approve"})
    client = Client()
    client.force_login(mia)

    answer = client.get(reverse("portal:home", args=[merge.retired.number]), follow=True)

    assert answer.redirect_chain == [(reverse("portal:home", args=[merge.survivor.number]), 302)]
    assert answer.status_code == 200
