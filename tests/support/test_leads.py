"""A need goes from the ticket to who sells, and what came of it stands on the ticket."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import owners
from accounts.timeline.models import Activity
from support.notices import audiences
from support.offers import leads
from support.offers.leads import LeadMakesNoSense, LeadStepRefused, Need
from support.offers.models import Lead
from support.tickets import conversation, threads
from tests.factories import offers, people, support
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(days=4)


@pytest.fixture
def ticket():
    return support.ticket()


@pytest.fixture
def seller():
    return people.staff("key_account")


def hand(ticket, to, *, by=None, words="Ten more seats", due_on=SOON, key=None):
    need = Need(words, to, due_on)
    return leads.hand_over(actor=by or people.agent(), ticket=ticket, need=need, key=key or uuid4(), at=NOON)


def kinds(ticket):
    found = Activity.objects.filter(about_ref=ticket.ref, kind__startswith="support.lead").order_by("pk")
    return list(found.values_list("kind", flat=True))


def test_every_state_stands_in_the_table_of_steps():
    assert set(leads.STEPS) == set(Lead.State.values)


def test_need_is_handed_worked_on_won_and_told_where_it_came_from(ticket, seller):
    agent = people.agent()
    lead = hand(ticket, seller, by=agent)

    leads.move(actor=seller, lead=lead, to="worked_on", at=NOON)
    leads.move(actor=seller, lead=lead, to="won", words="Ten seats from April.", at=NOON)

    [shown] = leads.of_ticket(ticket)
    ended = Activity.objects.get(kind="support.lead_ended")
    assert (shown.state, shown.outcome, shown.ended_by) == ("won", "Ten seats from April.", seller)
    assert kinds(ticket) == ["support.lead_handed", "support.lead_taken", "support.lead_ended"]
    assert audiences.whose_lead_it_is(Activity.objects.get(kind="support.lead_handed")) == [seller]
    assert audiences.who_handed_a_lead(ended) == [agent]


def test_customer_reads_none_of_it(ticket, seller):
    hand(ticket, seller)

    assert not threads.visible_to(ticket.requester).filter(kind="support.lead_handed").exists()
    assert not leads.visible_to(ticket.requester).exists()


def test_same_form_twice_is_one_lead_and_somebody_elses_key_is_refused(ticket, seller):
    key, agent = uuid4(), people.agent()
    first = hand(ticket, seller, by=agent, key=key)

    assert hand(ticket, seller, by=agent, key=key) == first
    with pytest.raises(conversation.KeyAlreadyUsed):
        hand(ticket, seller, key=key)


@pytest.mark.parametrize(
    "given", [{"words": "  "}, {"due_on": TODAY - timedelta(days=1)}, {"due_on": TODAY + timedelta(days=367)}]
)
def test_need_without_words_or_a_day_to_come_is_refused(ticket, seller, given):
    with pytest.raises(LeadMakesNoSense):
        hand(ticket, seller, **given)
    assert not Lead.objects.exists()


def test_need_goes_neither_to_oneself_nor_to_who_works_with_no_customers(ticket):
    agent = people.agent()
    for to in (agent, people.finance(), ticket.requester):
        with pytest.raises(LeadMakesNoSense):
            hand(ticket, to, by=agent)


@pytest.mark.parametrize("who", [people.finance, lambda: people.member(support.group())])
def test_who_does_not_work_on_tickets_hands_nothing_over(ticket, seller, who):
    with pytest.raises(Refusal):
        hand(ticket, seller, by=who())


def test_only_who_has_it_or_a_supervisor_says_what_came_of_it(ticket, seller):
    agent = people.agent()
    lead = hand(ticket, seller, by=agent)

    for actor in (agent, people.staff("key_account")):
        with pytest.raises(LeadStepRefused, match="This is with"):
            leads.move(actor=actor, lead=lead, to="won", words="Yes.", at=NOON)
    with pytest.raises(LeadStepRefused, match="in a few words"):
        leads.move(actor=seller, lead=lead, to="lost", at=NOON)
    assert leads.move(actor=people.supervisor(), lead=lead, to="lost", words="Too dear.", at=NOON).state == "lost"
    with pytest.raises(LeadStepRefused, match="has ended"):
        leads.move(actor=seller, lead=lead, to="won", words="Yes.", at=NOON)


def test_agent_takes_a_need_back_that_was_none(ticket, seller):
    agent = people.agent()

    assert (
        leads.move(actor=agent, lead=hand(ticket, seller, by=agent), to="none", words="A misunderstanding.", at=NOON).state
        == "none"
    )


def test_lead_whose_day_passed_is_told_once(ticket, seller):
    agent = people.agent()
    hand(ticket, seller, by=agent)
    later = NOON + timedelta(days=5)

    assert [leads.watch(at=at) for at in (NOON, later, later)] == [0, 1, 0]
    assert audiences.who_is_late_with_a_lead(Activity.objects.get(kind="support.lead_late")) == [seller, agent]


def test_needs_of_an_account_go_to_its_owner_unless_said_otherwise(ticket, seller):
    owners.name(
        actor=people.manager(), customer=ticket.customer, role="account_owner", person=seller, since=TODAY, at=NOON
    )  # fmt: skip

    assert leads.nearest_seller(ticket.customer, TODAY) == seller


def test_database_keeps_no_end_without_words(ticket, seller):
    lead = hand(ticket, seller)

    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(state="won")


def test_need_is_handed_over_on_the_ticket_and_its_end_shown_there():
    ticket, seller, agent = support.ticket(), people.staff("key_account"), people.agent()
    desk, sales = Client(), Client()
    desk.force_login(agent)
    sales.force_login(seller)
    due = local_day(support.timezone.now(), ticket.customer.timezone) + timedelta(days=3)
    sent = {"lead-need": "Ten more seats", "lead-to": seller.pk, "lead-due_on": due, "lead-key": uuid4()}

    desk.post(reverse("backoffice:ticket_leads", args=[ticket.ref]), sent)
    listed = sales.get(reverse("backoffice:leads") + "?whose=mine").content.decode()
    sales.post(reverse("backoffice:lead_steps", args=[Lead.objects.get().pk]), {"to": "won", "words": "From April."})
    shown = desk.get(reverse("backoffice:ticket", args=[ticket.ref])).content.decode()

    assert "Ten more seats" in listed
    assert "From April." in shown and "Won" in shown


def test_refused_need_stays_in_its_form_with_the_reason():
    ticket, seller, client = support.ticket(), people.staff("key_account"), Client()
    client.force_login(people.agent())
    sent = {"lead-need": "Ten more seats", "lead-to": seller.pk, "lead-due_on": "2020-01-01", "lead-key": uuid4()}

    answer = client.post(reverse("backoffice:ticket_leads", args=[ticket.ref]), sent)

    assert answer.status_code == 422
    assert "from today on and within a year" in answer.content.decode()


def test_program_hands_over_and_reads_the_outcome():
    lead = offers.lead()
    client = Client()
    client.force_login(lead.handed_to)

    moved = client.post(
        reverse("staff_api:lead_steps", args=[lead.pk]), {"to": "won", "words": "Done."}, content_type="application/json"
    )
    listed = client.get(reverse("staff_api:leads")).json()

    assert (moved.json()["state"], moved.json()["outcome"], listed["results"]) == ("won", "Done.", [])
