"""The tree as staff see it: found, opened branch by branch, with sums that add up, and each customer ready to be moved."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.days import local_day
from backoffice import roll_ups, tree_shown
from tests.factories import people, segments, support
from tests.factories.billing import invoice
from tests.factories.customers import below, group, helios

pytestmark = pytest.mark.django_db


def visit(viewer, route, *keys, query=""):
    client = Client()
    client.force_login(viewer)
    return client.get(reverse(f"backoffice:{route}", args=keys) + query).content.decode()


def sums(node):
    return roll_ups.of([node], local_day(timezone.now(), node.timezone))[node.pk]


def test_branch_shows_what_stands_right_below_and_nothing_further_down():
    world = helios()

    page = visit(people.agent(), "tree_branch", world.group.number)

    assert "Helios Europe" in page and "Helios US" in page
    assert "Helios Germany" not in page


def test_customer_is_found_by_part_of_its_name_wherever_it_stands():
    helios()
    group("Nordwind")

    page = visit(people.agent(), "tree", query="?q=berl")

    assert "Berlin" in page and "Nordwind" not in page


def test_sums_with_everything_below_are_those_of_the_customer_and_its_children():
    world = helios()
    for node in (world.germany, world.lab, world.us):
        invoice(node, currency="EUR") if node != world.us else invoice(node, currency="USD")
    support.ticket(world.berlin)

    whole, parts = sums(world.group), [sums(node) for node in (world.europe, world.us)]

    assert whole.customers == 1 + sum(part.customers for part in parts) == 6
    assert whole.subtree.open_tickets == sum(part.subtree.open_tickets for part in parts) == 1
    for currency in ("EUR", "USD"):
        assert whole.subtree.owed[currency] == sum(part.subtree.owed.get(currency, 0) for part in parts) > 0
        assert whole.subtree.recurring.get(currency, 0) == sum(part.subtree.recurring.get(currency, 0) for part in parts)
    assert whole.own.owed == {} and sums(world.germany).own.owed["EUR"] > 0


def test_key_account_manager_sees_the_topmost_of_their_own():
    world, kim = helios(), people.staff("key_account")
    group("Nordwind")
    segments.key_account(world.europe, manager=kim)

    page = visit(kim, "tree", query="?show=mine")

    assert "Helios Europe" in page and "key account" in page
    assert "Helios Germany" not in page and "Nordwind" not in page


def test_customer_can_be_picked_up_by_who_tends_data_and_not_by_finance():
    root = group("Helios")
    address = reverse("backoffice:customer_moves", args=[root.number])

    assert f'data-moves="{address}"' in visit(people.agent(), "tree")
    assert address not in visit(people.staff("finance"), "tree")


def test_more_than_a_hundred_below_come_a_hundred_at_a_time(monkeypatch):
    monkeypatch.setattr(tree_shown, "AT_ONCE", 2)
    root = group("Helios")
    for name in ("Ada", "Bea", "Cem"):
        below(root, name)

    first, second = (visit(people.agent(), "tree_branch", root.number, query=f"?after={n}") for n in (0, 2))

    assert "Bea" in first and "Cem" not in first and "More below Helios" in first
    assert "Cem" in second and "More below Helios" not in second


def test_merged_customer_is_not_counted():
    root = group("Helios")
    kept, gone = below(root, "Kept"), below(root, "Gone")
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)

    assert sums(root).customers == 2
