"""Handling a ticket on its page: handing it over, its priority and tags, calls, and the rules of its segments."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.segments import defining, evaluating
from accounts.timeline.models import Activity
from support.channels import calls
from support.tickets import escalation
from support.tickets.conversation import KeyAlreadyUsed, NotesAreForStaff
from support.tickets.models import Message, Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(page, ticket, user, **form):
    return client_of(user).post(reverse(f"backoffice:{page}", args=[ticket.ref]), form)


def test_agent_hands_a_ticket_over_and_sets_its_priority_and_tags():
    agent, ticket, other = people.agent(), support.ticket(), people.supervisor()

    sent("ticket_changes", ticket, agent, assignee=other.pk, priority="1", add_tags="Vat, Poland", change_key=uuid4())

    found = Ticket.objects.get()
    assert (found.assignee, found.priority, found.tags) == (other, "1", ["vat", "poland"])


def test_empty_change_is_refused_in_sight():
    answer = sent("ticket_changes", support.ticket(), people.agent(), change_key=uuid4())

    assert answer.status_code == 422
    assert "Say what is to change." in answer.content.decode()


def test_call_is_noted_with_one_click_and_stands_in_the_conversation_and_on_the_timeline():
    agent, ticket, key = people.agent(), support.ticket(), uuid4()

    for _ in range(2):
        sent("ticket_calls", ticket, agent, call_key=key)

    assert [message.text for message in Message.objects.filter(from_staff=True)] == ["We spoke by telephone."]
    assert Activity.objects.filter(kind="support.call_logged", about_ref=ticket.ref).count() == 1


def test_words_of_a_call_are_kept_and_the_key_is_good_for_one_call():
    agent, ticket, key = people.agent(), support.ticket(), uuid4()

    noted = calls.log(actor=agent, ticket=ticket, words=" They want\x00 the PO. ", key=key, at=NOON)

    assert noted.text == "By telephone: They want the PO."
    with pytest.raises(KeyAlreadyUsed):
        calls.log(actor=agent, ticket=ticket, words="Something else", key=key, at=NOON)


def test_customer_notes_no_call():
    ticket = support.ticket()

    with pytest.raises(NotesAreForStaff):
        calls.log(actor=ticket.requester, ticket=ticket, words="", key=uuid4(), at=NOON)


def test_rule_of_the_segment_stands_beside_the_answer():
    manager, ticket, now = people.manager(), support.ticket(), timezone.now()
    facts = {"code": "strategic", "name": "Strategic", "rank": 9, "rule": "", "description": "Dear to us.", "examples": ""}
    segment = defining.define(actor=manager, at=now, do="Call before you write.", dont="Never send a form.", **facts)
    evaluating.put_in(actor=manager, segment=segment, customer=ticket.customer, at=now)

    page = client_of(people.agent()).get(reverse("backoffice:ticket", args=[ticket.ref])).content.decode()

    assert "Strategic: Call before you write. Never send a form." in " ".join(page.split())


def test_ticket_says_which_step_of_the_ladder_it_took_and_who_was_told():
    escalation.climb(at=support.ticket().opened_at + timedelta(days=1))

    page = client_of(people.agent()).get(reverse("backoffice:ticket", args=[Ticket.objects.get().ref])).content.decode()

    assert "80 % of the target for “First response” are used up; told: Supervisor" in page
