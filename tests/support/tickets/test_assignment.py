"""New tickets go to the certified agent with the least to do, and never to somebody's own account."""

import pytest

from support.tickets import assignment, conversation
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def test_ticket_goes_to_the_agent_with_the_fewest_unresolved_tickets():
    busy, free = people.agent(), people.agent()
    first = support.ticket()

    second = support.ticket()

    assert (first.assignee, second.assignee) == (busy, free)


def test_resolved_tickets_weigh_nothing():
    first_agent, _second = people.agent(), people.agent()
    first = support.ticket()
    conversation.resolve(actor=first_agent, ticket=first, outcome="answered", text="Done.", at=NOON)

    assert support.ticket().assignee == first_agent


def test_agent_who_did_not_acknowledge_the_policy_gets_none():
    people.agent(acknowledged=False)

    assert support.ticket().assignee is None


def test_agent_never_gets_a_ticket_of_the_group_they_belong_to():
    root = group()
    agent = people.agent()
    people.joins(agent, below(root, "Paris"))

    assert assignment.least_loaded(below(root, "Berlin"), kind="other", at=NOON) is None
    assert assignment.least_loaded(group(), kind="other", at=NOON) == agent


def test_supervisors_and_others_are_not_handed_tickets():
    people.supervisor()
    people.finance()

    assert support.ticket().assignee is None
