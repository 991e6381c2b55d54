"""Statements about what a viewer may see: written once for members, and each is answered by their own reach."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.customers.models import Customer
from accounts.people import access, asked
from accounts.people.models import User
from tests.factories import people

pytestmark = pytest.mark.django_db


@asked.statement
def _below(viewer: User, node: Customer) -> QuerySet[Customer]:
    return access.customers_within_reach(viewer).below(node).order_by("lft")


def test_statement_answers_each_member_by_their_own_reach(tree):
    administrator, reader = people.administrator(tree.group), people.member(tree.berlin, "reader", scope="node")

    assert tree.us in _below(viewer=administrator, node=tree.group)
    assert _below(viewer=reader, node=tree.group) == [tree.berlin]
    assert _below(viewer=administrator, node=tree.germany) == [tree.germany, tree.berlin, tree.lab]


def test_statement_leaves_out_what_is_denied(tree):
    viewer = people.administrator(tree.group)
    assert tree.lab in _below(viewer=viewer, node=tree.germany)

    people.joins(viewer, tree.lab, "reader", effect="deny")

    assert _below(viewer=viewer, node=tree.germany) == [tree.germany, tree.berlin]


def test_statement_answers_our_own_people_and_who_is_looked_at(tree):
    looked_at = people.administrator(tree.group)
    looked_at.seen_below = tree.berlin

    assert _below(viewer=people.staff("agent"), node=tree.germany) == [tree.germany, tree.berlin, tree.lab]
    assert _below(viewer=looked_at, node=tree.group) == [tree.berlin, tree.lab]


def test_statement_answers_nobody_nothing(tree):
    gone = people.administrator(tree.group)
    gone.is_active = False

    assert _below(viewer=gone, node=tree.group) == []
    assert _below(viewer=AnonymousUser(), node=tree.group) == []


@asked.statement
def _own(viewer: User) -> QuerySet[Customer]:
    return access.customers_within_reach(viewer, access.CHANGE_CONTRACT).order_by("lft")


def test_statement_is_one_for_each_level_and_answers_by_who_asks(tree):
    agent, manager, colleague = people.staff("agent"), people.staff("manager"), people.staff("agent")
    people.joins(agent, tree.berlin, "administrator", scope="node")

    assert _own(viewer=agent) == [tree.berlin]
    assert _own(viewer=colleague) == []
    assert _own(viewer=manager) == []
    assert _below(viewer=manager, node=tree.germany) == _below(viewer=agent, node=tree.germany)


def test_statement_that_finds_nothing_whatever_the_facts_answers_nothing(tree):
    nothing = asked.statement(lambda viewer, node: Customer.objects.none().filter(pk=node))

    assert nothing(viewer=people.staff("finance"), node=tree.group.pk) == []
