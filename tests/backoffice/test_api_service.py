"""Service, playbooks and batches through the API: the same outcome as on the pages, once."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from support.remedies.batches.models import Batch
from support.service_levels.models import AccountEscalation
from support.tickets.models import Ticket
from support.voice import feedback
from tests.factories import customers, people, support
from tests.factories.billing import NOON

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def send(client, address, body=None, key=""):
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(f"/api/v1/staff/{address}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def agent():
    return signed_in(people.agent())


def test_clocks_of_a_ticket_say_by_when_and_how_much_ran(agent):
    told = agent.get(f"/api/v1/staff/tickets/{support.ticket().ref}/deadlines/").json()

    assert {clock["kind"] for clock in told["clocks"]} >= {"first_response", "resolution"}
    assert (told["ladder_step"], told["account_escalated"]) == (0, "")


def test_one_speaks_alone_and_another_agent_is_refused_until_it_ends(agent):
    ticket, other = support.ticket(), signed_in(people.agent())

    begun = send(agent, f"tickets/{ticket.ref}/conflicts/")
    refused = send(other, f"tickets/{ticket.ref}/conflicts/")
    ended = send(agent, f"tickets/{ticket.ref}/conflicts/", {"end": True})

    assert (begun.status_code, refused.status_code, refused.json()["code"]) == (200, 422, "not_theirs_to_end")
    assert (ended.json()["speaker"], Ticket.objects.get(pk=ticket.pk).speaker) == ("", None)


def test_account_is_escalated_once_with_a_reason_and_listed_until_it_ends(agent):
    tree = customers.helios()
    number = tree.germany.number

    nameless = send(agent, f"customers/{number}/escalations/", {"reason": " "})
    for _ in range(2):
        assert send(agent, f"customers/{number}/escalations/", {"reason": "Third outage"}).status_code == 201
    listed = agent.get("/api/v1/staff/escalations/").json()["results"]
    ended = send(agent, f"customers/{number}/escalations/ends/")

    assert (nameless.status_code, [row["reason"] for row in listed], ended.status_code) == (400, ["Third outage"], 204)
    assert AccountEscalation.objects.filter(ended_at=None).count() == 0


def test_what_customers_told_us_is_listed(agent):
    berlin = customers.helios().berlin
    member = people.member(berlin)
    feedback.give(actor=member, customer=berlin, kind="praise", words="Quick.", key=uuid4(), at=NOON)

    told = agent.get("/api/v1/staff/feedback/").json()["results"]

    assert [(row["person"], row["words"]) for row in told] == [(member.email, "Quick.")]


def test_playbook_that_fits_a_ticket_answers_its_criteria(agent):
    version = support.playbook(words=["elephant"])
    ticket = support.ticket(subject="An elephant", text="It came in the post.")

    fits = agent.get(f"/api/v1/staff/tickets/{ticket.ref}/playbook/").json()
    none = agent.get(f"/api/v1/staff/tickets/{support.ticket(subject='Weather', text='Rain.').ref}/playbook/").json()

    assert (fits["playbook"]["code"], fits["playbook"]["number"]) == (version.playbook.code, version.number)
    assert version.playbook.code in [row["code"] for row in agent.get("/api/v1/staff/playbooks/").json()]
    assert none["playbook"] is None


def test_error_is_put_right_for_all_chosen_once_and_taken_back():
    support.limit("agent", 25000, 100000)
    giver = people.agent()
    finding = support.batch(agent=giver).finding
    client = signed_in(giver)
    Batch.objects.get().rows.all().delete()
    Batch.objects.all().delete()

    chosen = [hit["finding"] for hit in client.get(f"/api/v1/staff/findings/{finding.ref}/others/").json()]
    begun = [send(client, f"findings/{finding.ref}/batches/", {"chosen": chosen}, key="once") for _ in range(2)]

    assert len(chosen) == 2
    assert {answer.status_code for answer in begun} == {201}
    assert begun[0].json()["id"] == begun[1].json()["id"]
    stranger = send(client, f"findings/{finding.ref}/batches/", {"chosen": ["F-0"]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "nothing_chosen")
    assert send(signed_in(people.agent()), f"batches/{begun[0].json()['id']}/undoings/", {"reason": "No."}).status_code == 422


def test_remedy_on_a_ticket_need_not_name_the_ticket_again():
    support.limit("agent", 25000, 100000)
    case = support.case(100)
    client = Client()
    client.force_login(case.agent)
    body = {"remedy": "goodwill_credit", "terms": {"amount": "251.00"}, "ask": False}

    answer = client.post(
        reverse("staff_api:grants", args=[case.ticket.ref]),
        body,
        content_type="application/json",
        headers={"Idempotency-Key": "a"},
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "over_ticket_limit")
