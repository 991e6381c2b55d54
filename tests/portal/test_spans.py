"""A span counts whom the visitor may see, named by their keys or, where they are too many, by their reach."""

import pytest
from django.test import RequestFactory

from accounts.people import access
from portal import places, spans
from tests.factories import people

pytestmark = pytest.mark.django_db


def span(viewer, node, **query):
    request = RequestFactory().get("/", query)
    request.user = viewer
    return places.span(request, node)


@pytest.mark.parametrize("most", [1, 500])
def test_span_counts_the_node_and_all_below_it_within_reach(tree, monkeypatch, most):
    monkeypatch.setattr(spans, "MOST_BY_KEY", most)
    viewer = people.administrator(tree.group)
    people.joins(viewer, tree.lab, "reader", effect="deny")

    counted = span(viewer, tree.germany)

    assert set(counted.customers) == {tree.germany, tree.berlin}
    assert counted.has_below


def test_span_of_who_sees_the_node_alone_has_nothing_below(tree):
    viewer = people.member(tree.germany, "administrator", scope="node")

    counted = span(viewer, tree.germany)

    assert list(counted.customers) == [tree.germany]
    assert not counted.has_below


def test_span_of_one_node_leaves_out_what_stands_below(tree):
    counted = span(people.administrator(tree.group), tree.germany, span="node")

    assert list(counted.customers) == [tree.germany]
    assert not counted.has_below


def test_span_of_who_may_not_see_money_there_is_empty(tree):
    viewer = people.administrator(tree.us)

    assert not span(viewer, tree.germany).customers.exists()
    assert access.customers_within_reach(viewer).filter(pk=tree.us.pk).exists()
