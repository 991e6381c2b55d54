"""Kind of a ticket: said anew, and what depends on it follows."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.desk import changes
from support.desk.changes import Change
from support.service_levels import targets
from support.service_levels.models import ServiceCalendar
from support.tickets import conversation, skills, subject_kind
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def about(ticket, kind, by):
    return subject_kind.change(actor=by, ticket=ticket, kind=kind, at=NOON)


def test_change_stands_in_the_history_and_the_same_again_changes_nothing():
    agent, ticket = people.agent(), support.ticket(kind="other")

    for _ in range(2):
        about(ticket, "contract", agent)

    told = Activity.objects.get(kind="support.ticket_kind_changed")
    assert (told.facts["before"], told.facts["after"], told.internal) == ("Something else", "Contract", True)
    assert Ticket.objects.get().kind == "contract"


def test_ticket_goes_to_who_can_do_it_when_its_agent_cannot():
    skilled, other = people.agent(), people.agent()
    support.skill(skilled, "technical")
    ticket = conversation.assign(actor=other, ticket=support.ticket(kind="other"), to=other, at=NOON)

    about(ticket, "technical", other)

    assert Ticket.objects.get().assignee == skilled


def test_ticket_stays_with_its_agent_when_they_can_do_it():
    idle, busy = people.agent(), people.agent()
    for person in (idle, busy):
        support.skill(person, "technical")
    ticket = conversation.assign(actor=busy, ticket=support.ticket(kind="other"), to=busy, at=NOON)

    about(ticket, "technical", busy)

    assert Ticket.objects.get().assignee == busy


def test_ticket_stands_with_nobody_when_nobody_can_do_it():
    skills.need(actor=people.manager(), kind="technical", certificate="", at=NOON)
    agent, ticket = people.agent(), support.ticket(kind="other")

    about(ticket, "technical", agent)

    assert Ticket.objects.get().assignee is None


def test_resolved_ticket_stays_with_who_had_it():
    agent = people.agent()
    skills.need(actor=people.manager(), kind="technical", certificate="", at=NOON)
    ticket = conversation.assign(actor=agent, ticket=support.ticket(kind="other"), to=agent, at=NOON)
    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="It is done.", at=NOON)

    about(ticket, "technical", agent)

    assert (Ticket.objects.get().assignee, Ticket.objects.get().kind) == (agent, "technical")


def test_its_deadlines_are_those_of_the_new_kind():
    manager, calendar = people.manager(), ServiceCalendar.objects.earliest("pk")
    facts = {"clock": "first_response", "kind": "technical", "priority": "3", "tier": "", "calendar": calendar}
    targets.set_target(actor=manager, minutes=15, at=NOON - timedelta(days=1), **facts)
    ticket = support.ticket(kind="other")
    before = Ticket.objects.get().due_at

    about(ticket, "technical", people.agent())

    assert Ticket.objects.get().due_at < before


def test_error_is_found_when_it_turns_out_to_be_about_billing_and_let_go_when_not():
    agent = people.agent()
    line = support.billed_twice(customer := support.group())
    ticket = support.ticket(customer, kind="other")

    found = about(ticket, "billing", agent).finding

    assert found.line == line
    assert about(ticket, "technical", agent).finding is None


def test_change_with_a_person_goes_to_that_person_when_they_can_do_the_new_kind():
    agent, chosen, other = people.agent(), people.agent(), people.agent()
    support.skill(chosen, "technical")
    ticket = support.ticket(kind="other")
    made = changes.make(
        actor=agent, ticket=ticket, change=Change(kind="technical", assignee=str(chosen.pk)), key=uuid4(), at=NOON
    )

    with pytest.raises(Refusal, match="does not have the skill"):
        changes.make(actor=agent, ticket=ticket, change=Change(assignee=str(other.pk)), key=uuid4(), at=NOON)

    assert (made["before"]["kind"], made["after"]["kind"], made["after"]["assignee"]) == ("other", "technical", chosen.pk)


def test_change_that_is_taken_back_brings_the_kind_back():
    agent, ticket = people.agent(), support.ticket(kind="other")
    made = changes.make(actor=agent, ticket=ticket, change=Change(kind="contract"), key=uuid4(), at=NOON)

    back = changes.restore(actor=agent, ticket=ticket, made=made, at=NOON)

    assert (back, Ticket.objects.get().kind) == (["kind"], "other")


def test_unknown_kind_is_refused_and_changes_nothing():
    agent, ticket = people.agent(), support.ticket(kind="other")

    with pytest.raises(Refusal, match="There is no such kind of ticket"):
        about(ticket, "weather", agent)
    with pytest.raises(Refusal, match="There is no such kind of ticket"):
        changes.make(actor=agent, ticket=ticket, change=Change(kind="weather"), key=uuid4(), at=NOON)

    assert Ticket.objects.get().kind == "other"


def test_customers_own_person_does_not_change_it():
    ticket = support.ticket(kind="other")

    with pytest.raises(Refusal):
        about(ticket, "billing", ticket.requester)
