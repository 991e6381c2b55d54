"""Moves: what a preview says, what is refused, and that many at once leave the tree true."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.customers import moves, responsibilities, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.segments.models import Condition
from tests.factories import billing, people, policies, segments, support
from tests.factories.customers import NOON, below, group, helios, pays_for

TODAY = NOON.date()
WRITERS = 50


def told(customer, to, topic, on=TODAY):
    return moves.preview(customer, to, on=on).effects.get(topic, [])


@pytest.mark.django_db
def test_preview_says_what_moves_along_and_whether_it_leaves_its_group():
    world, other = helios(), group("Nordwind")

    assert told(world.berlin, world.us, "tree") == [
        "Berlin leaves Helios Germany for Helios US on 2 Mar 2026, with 1 customer below it."
    ]
    assert told(world.berlin, other, "tree")[1] == "It leaves its group and joins that of Nordwind."


@pytest.mark.django_db
def test_preview_names_the_payers_before_and_after_and_how_many_pay_differently():
    world = helios()
    pays_for(world.germany, world.germany)
    pays_for(world.us, world.us)

    assert told(world.berlin, world.us, "payers") == [
        "Helios US pays for 2 customers instead of Helios Germany; what was issued before keeps its payer."
    ]


@pytest.mark.django_db
def test_preview_counts_nobody_who_has_a_payer_of_its_own():
    world = helios()
    pays_for(world.us, world.us)
    pays_for(world.berlin, world.berlin)

    assert told(world.berlin, world.us, "payers") == ["Nobody pays differently."]


@pytest.mark.django_db
def test_preview_takes_the_payer_of_the_day_asked_for():
    world = helios()
    pays_for(world.us, world.us, since=date(2026, 4, 1))

    assert told(world.lab, world.us, "payers", date(2026, 3, 31)) == ["Nobody pays differently."]
    assert told(world.lab, world.us, "payers", date(2026, 4, 1)) == [
        "Helios US pays for 1 customer instead of each for itself; what was issued before keeps its payer."
    ]


@pytest.mark.django_db
def test_preview_warns_of_who_would_answer_across_groups():
    world = helios()
    pays_for(world.germany, world.berlin)

    warning = told(world.berlin, group("Nordwind"), "payers")[-1]

    assert warning.startswith("Helios Germany pays for Berlin, though from another group then")


@pytest.mark.django_db
def test_preview_names_who_gains_and_who_loses_sight():
    world = helios()
    people.member(world.germany, email="ada@helios.example")
    people.member(world.us, email="bob@helios.example")

    assert told(world.berlin, world.us, "people") == [
        "bob@helios.example gains sight of Berlin.",
        "ada@helios.example loses sight of Berlin.",
    ]


@pytest.mark.django_db
def test_preview_names_the_discount_that_comes_and_the_one_that_goes():
    world = helios()
    segments.condition(Condition.Kind.DISCOUNT, "10", customer=world.germany)
    segments.condition(Condition.Kind.DISCOUNT, "5", customer=world.us)

    assert told(world.berlin, world.us, "prices")[0] == (
        "Discount in per cent: 5 (from Helios US) instead of 10 (from Helios Germany)."
    )


@pytest.mark.django_db
def test_preview_says_that_no_price_changes_where_the_customer_has_a_discount_itself():
    world = helios()
    segments.condition(Condition.Kind.DISCOUNT, "5", customer=world.us)
    segments.condition(Condition.Kind.DISCOUNT, "20", customer=world.berlin)

    assert told(world.berlin, world.us, "prices") == ["No price changes."]


@pytest.mark.django_db
def test_preview_names_the_policy_value_that_would_hold_there():
    world = helios()
    policies.published({"remedy.ticket_limit": "80.00 EUR"}, code="us", place="node", customer=world.us)

    assert told(world.berlin, world.us, "policies") == ["Most on one ticket: 80.00 EUR (us v1) instead of not limited (default)."]


@pytest.mark.django_db
def test_preview_names_open_documents_and_tickets_that_get_another_clock():
    world = helios()
    Customer.objects.filter(pk=world.us.pk).update(tier=Customer.Tier.GOLD)
    invoice, ticket = billing.invoice(world.lab, 12000), support.ticket(world.lab)

    effects = moves.preview(world.berlin, world.us, on=TODAY).effects

    assert effects["documents"][0] == f"Open documents stay with the payer they were issued to: {invoice.ref}."
    assert effects["clocks"] == [f"Open tickets are measured as gold instead of standard from then on: {ticket.ref}."]


@pytest.mark.django_db
def test_move_into_ones_own_subtree_is_refused_with_a_sentence():
    world = helios()

    objection = moves.preview(world.germany, world.lab, on=TODAY).objection

    assert objection.reason == "Helios Germany cannot stand under itself or under a node below it."


@pytest.mark.django_db
def test_move_under_a_wrong_parent_is_refused_with_a_sentence():
    world = helios()

    with pytest.raises(Refusal, match="A legal entity cannot stand under a location \\(Berlin\\)."):
        moves.move(actor=people.manager(), customer=world.us, to=world.berlin, at=NOON)


@pytest.mark.django_db
def test_undone_move_leaves_the_tree_as_it_was():
    world, manager = helios(), people.manager()
    moved = moves.move(actor=manager, customer=world.berlin, to=world.us, at=NOON)

    moves.undo(actor=manager, move=moved, at=NOON)

    assert Customer.objects.get(pk=world.berlin.pk).parent == world.germany
    assert tree.check() == []
    with pytest.raises(moves.CannotBeUndone, match="already been undone"):
        moves.undo(actor=manager, move=moved, at=NOON)


@pytest.mark.django_db
def test_old_debt_stays_with_the_old_payer_when_a_customer_moves():
    world = helios()
    pays_for(world.germany, world.germany)
    pays_for(world.us, world.us)
    invoice = billing.invoice(responsibilities.payer_of(world.berlin, TODAY), 12000)

    moves.move(actor=people.manager(), customer=world.berlin, to=world.us, at=NOON)

    invoice.refresh_from_db()
    assert (invoice.customer, responsibilities.payer_of(world.berlin, TODAY)) == (world.germany, world.us)


def at_once(count, work):
    """Let `work(number)` start in `count` threads at the same moment; return what each gave."""
    together = Barrier(count)

    def run(number):
        try:
            together.wait(timeout=20)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_parallel_writers_leave_a_tree_without_faults(committed, capsys):
    roots = [group(), group()]
    nodes = [below(below(root, kind="division"), kind="department") for root in roots for _ in range(3)]
    manager = people.manager()

    def write(number):
        here, there = nodes[number % 6], nodes[(number + 1) % 6]
        if number % 5:
            return below(here, kind="department").pk
        try:
            return moves.move(actor=manager, customer=here, to=there.parent, at=NOON).pk
        except moves.AlreadyThere:
            return 0

    at_once(WRITERS, write)
    call_command("check_tree", "--json")

    assert Customer.objects.count() == 2 + 12 + 40
    assert json.loads(capsys.readouterr().out) == {"ok": True, "faults": []}


def test_two_who_make_the_same_move_at_once_make_it_once(committed):
    world, manager = helios(), people.manager()

    def go(_):
        try:
            return moves.move(actor=manager, customer=world.berlin, to=world.us, at=NOON).pk
        except moves.AlreadyThere:
            return 0

    done = at_once(2, go)

    assert sorted(map(bool, done)) == [False, True]
    assert tree.check() == []


def test_two_moves_that_would_make_a_circle_together_do_not(committed):
    root, manager = group(), people.manager()
    one, other = below(root, "One", "department"), below(root, "Other", "department")

    def go(number):
        pair = [(one, other), (other, one)][number]
        try:
            return moves.move(actor=manager, customer=pair[0], to=pair[1], at=NOON).pk
        except tree.DoesNotFitTheTree:
            return 0

    done = at_once(2, go)

    assert sorted(map(bool, done)) == [False, True]
    assert tree.check() == []
