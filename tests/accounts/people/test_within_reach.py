"""The condition that a row's customer is within reach says what the reach itself says."""

import pytest

from accounts.customers.models import Customer
from accounts.people import access
from tests.factories import people

pytestmark = pytest.mark.django_db


def agrees(viewer, action):
    said = Customer.objects.filter(access.within_reach(viewer, "pk", action))
    return set(said) == set(access.customers_within_reach(viewer, action))


@pytest.mark.parametrize("level", sorted(access.EVERY_LEVEL))
def test_our_own_people_reach_whom_their_level_reaches(tree, level):
    assert all(agrees(people.staff(level), action) for action in access.ACTIONS)


@pytest.mark.parametrize("role", sorted(access.EVERY_ROLE))
def test_a_customers_person_reaches_what_their_role_covers(tree, role):
    assert all(agrees(people.member(tree.germany, role), action) for action in access.ACTIONS)


def test_who_left_us_reaches_nobody(tree):
    agent = people.agent()
    agent.is_active = False

    assert not Customer.objects.filter(access.within_reach(agent, "pk", access.WORK_TICKETS)).exists()


def test_a_look_at_a_member_reaches_no_further_than_its_customer(tree):
    agent = people.agent()
    agent.seen_below = tree.germany

    seen = set(Customer.objects.filter(access.within_reach(agent, "pk", access.SEE_CUSTOMER)))

    assert seen == {tree.germany, tree.berlin, tree.lab}


def test_our_own_people_are_asked_nothing_of_the_database():
    assert not access.within_reach(people.agent(), "customer", access.WORK_TICKETS)
