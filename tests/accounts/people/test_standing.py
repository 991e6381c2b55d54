"""A page that asks several things about one customer gets the answers that `decide` gives, in one statement."""

import pytest

from accounts.people import access
from tests.factories import people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
ROLES = sorted(access.EVERY_ROLE)


def agrees(viewer, customer):
    rights = access.rights(viewer)
    standing = rights.at(customer)
    everywhere = [rights.anywhere(action) for action in access.ACTIONS]
    return [standing.may(action) for action in access.ACTIONS] == [
        access.decide(viewer, action, customer) for action in access.ACTIONS
    ] and everywhere == [access.may_anywhere(viewer, action) for action in access.ACTIONS]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", ["node", "subtree"])
def test_standing_says_what_decide_says_wherever_the_person_stands(tree, role, scope):
    for place in (tree.group, tree.germany, tree.berlin, tree.us, group()):
        viewer = people.member(place, role, scope=scope)

        assert agrees(viewer, tree.berlin), place.name


@pytest.mark.parametrize("scope", ["node", "subtree"])
def test_denial_beats_every_role_from_wherever_it_comes(tree, scope):
    for place in (tree.group, tree.germany, tree.berlin, tree.us):
        viewer = people.administrator(tree.group)
        people.joins(viewer, tree.berlin, "payer")
        people.joins(viewer, place, "reader", effect="deny", scope=scope)

        assert agrees(viewer, tree.berlin), place.name
        assert bool(access.why(viewer, tree.berlin)) == access.decide(viewer, access.SEE_CUSTOMER, tree.berlin).allowed


def test_two_roles_count_together(tree):
    viewer = people.payer(tree.group)
    people.joins(viewer, tree.berlin, "member")

    assert agrees(viewer, tree.berlin)
    assert access.standing(viewer, tree.berlin).may(access.PAY).allowed


@pytest.mark.parametrize("level", sorted(access.EVERY_LEVEL))
def test_our_own_people_stand_by_their_level(tree, level):
    assert agrees(people.staff(level), tree.berlin)


def test_ended_role_and_closed_login_stand_nowhere(tree):
    ended, closed = people.person(), people.administrator(tree.berlin)
    people.joins(ended, tree.berlin, until=people.LONG_AGO)
    closed.is_active = False

    for viewer in (ended, closed):
        assert agrees(viewer, tree.berlin)
        assert access.why(viewer, tree.berlin) == ""


def test_who_is_denied_all_they_hold_may_nothing_anywhere(tree):
    viewer = people.member(tree.berlin)
    people.joins(viewer, tree.germany, "reader", effect="deny")

    assert not access.rights(viewer).anywhere(access.SEE_CUSTOMER)


def test_look_at_a_member_reaches_no_further_than_its_customer(tree):
    member = people.administrator(tree.us)
    member.seen_below = tree.germany

    assert not access.rights(member).anywhere(access.SEE_CUSTOMER)


def test_standing_is_one_statement(tree, django_assert_num_queries):
    viewer = people.administrator(tree.group)
    access.level_of(viewer)

    with django_assert_num_queries(1):
        standing = access.standing(viewer, tree.berlin)
        assert standing.why
        assert [standing.may(action).allowed for action in (access.PAY, access.APPROVE_ORDERS)] == [True, True]


def test_look_at_a_member_stands_nowhere_beyond_it(tree):
    member = people.administrator(tree.group)
    member.seen_below = tree.berlin

    assert all(agrees(member, place) for place in (tree.group, tree.germany, tree.berlin, tree.lab, tree.us))
    assert access.why(member, tree.us) == ""
    assert access.standing(member, tree.lab).may(access.MANAGE_PEOPLE).allowed
