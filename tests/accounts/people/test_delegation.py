"""Delegated administration: one grants only what one holds, and only where one stands or below."""

import pytest

from accounts.people import access, invitations
from accounts.people.models import Membership
from tests.factories import people
from tests.factories.customers import NOON

pytestmark = pytest.mark.django_db


def invite(actor, customer, role="reader", scope="node"):
    return invitations.invite(actor=actor, email="new@helios.example", customer=customer, role=role, scope=scope, at=NOON)


@pytest.mark.parametrize("where", ["group", "europe", "germany", "us"])
@pytest.mark.parametrize("role", [role.value for role in Membership.Role])
def test_administrator_grants_nothing_above_or_beside_where_they_stand(tree, where, role):
    administrator = people.administrator(tree.berlin)

    with pytest.raises(invitations.MayNotGrant):
        invite(administrator, getattr(tree, where), role)


@pytest.mark.parametrize("where", ["berlin", "lab"])
@pytest.mark.parametrize("role", [role.value for role in Membership.Role])
def test_administrator_grants_every_role_where_they_stand_and_below(tree, where, role):
    membership = invite(people.administrator(tree.berlin), getattr(tree, where), role, "subtree")

    assert (membership.customer, membership.role) == (getattr(tree, where), role)


@pytest.mark.parametrize("held", ["payer", "member", "reader"])
def test_who_is_no_administrator_grants_nothing(tree, held):
    with pytest.raises(invitations.MayNotGrant):
        invite(people.member(tree.berlin, held), tree.berlin)


def test_administrator_of_one_node_grants_it_alone_and_not_what_is_below(tree):
    administrator = people.administrator(tree.berlin, scope="node")
    invite(administrator, tree.berlin)

    with pytest.raises(invitations.MayNotGrant, match="for every customer it would cover"):
        invite(administrator, tree.berlin, "payer", "subtree")


def test_administrator_with_a_closed_node_below_does_not_grant_the_whole_subtree(tree):
    administrator = people.administrator(tree.berlin)
    people.joins(administrator, tree.lab, "reader", effect="deny")

    with pytest.raises(invitations.MayNotGrant, match="for every customer it would cover"):
        invite(administrator, tree.berlin, "reader", "subtree")


def test_administrator_below_ends_no_role_that_was_given_above(tree):
    held = Membership.objects.get(user=people.member(tree.germany))

    with pytest.raises(invitations.MayNotGrant):
        invitations.revoke(actor=people.administrator(tree.berlin), membership=held, at=NOON)


def test_former_administrator_grants_nothing(tree):
    former = people.administrator(tree.berlin, until=NOON.date().replace(year=2021))

    with pytest.raises(invitations.MayNotGrant):
        invite(former, tree.berlin)


@pytest.mark.parametrize("level", sorted(access.EVERY_LEVEL - access.MANAGE_PEOPLE.levels))
def test_our_own_people_below_manager_grant_nothing(tree, level):
    with pytest.raises(invitations.MayNotGrant):
        invite(people.staff(level), tree.berlin)


def test_nobody_sees_beyond_the_union_of_what_they_were_given(tree):
    person = people.member(tree.berlin)
    people.joins(person, tree.us, "payer", scope="node")

    seen = set(access.customers_within_reach(person))

    assert seen == {tree.berlin, tree.lab, tree.us}


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("berlin", "You are an administrator of Berlin."),
        ("lab", "You are an administrator of Berlin and of everything below it."),
        ("us", ""),
    ],
)
def test_reason_for_seeing_a_customer_is_one_sentence(tree, where, sentence):
    assert access.why(people.administrator(tree.berlin), getattr(tree, where)) == sentence


def test_denial_set_further_up_is_not_lifted_from_below(tree):
    above, below, other = people.administrator(tree.group), people.administrator(tree.berlin), people.administrator(tree.group)
    shut_out = people.member(tree.berlin)
    denial = invitations.deny(actor=above, user=shut_out, customer=tree.berlin, scope="node", at=NOON)

    with pytest.raises(invitations.MayNotGrant, match="set this from Helios Group"):
        invitations.revoke(actor=below, membership=denial, at=NOON)

    assert invitations.revoke(actor=other, membership=denial, at=NOON).until is not None


def test_denial_is_lifted_by_who_set_it(tree):
    administrator, shut_out = people.administrator(tree.berlin), people.member(tree.berlin)
    denial = invitations.deny(actor=administrator, user=shut_out, customer=tree.lab, scope="node", at=NOON)

    assert invitations.revoke(actor=administrator, membership=denial, at=NOON).until is not None


def test_nobody_shuts_out_who_manages_people_from_further_up(tree):
    below, above = people.administrator(tree.berlin), people.administrator(tree.group)

    with pytest.raises(invitations.MayNotGrant, match="manages people from Helios Group"):
        invitations.deny(actor=below, user=above, customer=tree.berlin, scope="subtree", at=NOON)

    assert access.decide(above, access.MANAGE_PEOPLE, tree.berlin).allowed
    assert invitations.deny(actor=above, user=below, customer=tree.berlin, scope="subtree", at=NOON).effect == "deny"
