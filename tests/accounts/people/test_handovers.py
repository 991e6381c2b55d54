"""Handovers: one payer for a whole subtree, told before, on one record with a line for each customer, and undone as a whole."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.customers import responsibilities
from accounts.customers.models import Handover, Responsibility
from accounts.decisions import Refusal
from accounts.people import handovers
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, group, helios, pays_for

TODAY = NOON.date()
NAMED = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-40, 40))  # customer, payer, days from today


def ask(customer, payer, *, since=TODAY, actor=None, role="payer"):
    given_facts = {"role": role, "since": since, "at": NOON}
    return handovers.ask(actor=actor or people.staff("manager"), customer=customer, responsible=payer, **given_facts)


def hand_over(customer, payer, **facts):
    return handovers.approve(actor=people.staff("manager"), handover=ask(customer, payer, **facts), at=NOON)


def payers(customers, on=TODAY):
    return [found.name for found in (responsibilities.payers_of(customers, on)[one.pk] for one in customers)]


def rows():
    return sorted(Responsibility.objects.values_list("customer", "role", "responsible", "since", "until", "set_by"), key=str)


@pytest.mark.django_db
def test_preview_names_each_customer_whose_payer_changes():
    world = helios()
    pays_for(world.germany, world.berlin)

    lines = handovers.preview(world.europe, world.europe, "payer", TODAY)

    assert [(line.name, line.before, line.after) for line in lines] == [
        ("Helios Germany", "Helios Germany", "Helios Europe"),
        ("Berlin", "Helios Germany", "Helios Europe"),
        ("Lab", "Helios Germany", "Helios Europe"),
    ]


@pytest.mark.django_db
def test_payer_of_a_subtree_changes_at_once_on_one_record_with_a_line_for_each_customer():
    world = helios()
    pays_for(world.germany, world.germany)

    hand_over(world.europe, world.europe)

    assert payers([world.germany, world.berlin, world.lab]) == ["Helios Europe"] * 3
    record = Activity.objects.get(kind="accounts.handed_over")
    assert record.facts["count"] == 3
    assert [line["number"] for line in record.facts["lines"]] == [world.germany.number, world.berlin.number, world.lab.number]


@pytest.mark.django_db
def test_payer_before_the_day_stays_who_it_was():
    world = helios()
    pays_for(world.germany, world.germany)

    hand_over(world.europe, world.europe, since=TODAY + timedelta(days=30))

    assert payers([world.lab], TODAY + timedelta(days=29)) == ["Helios Germany"]
    assert payers([world.lab], TODAY + timedelta(days=30)) == ["Helios Europe"]


@pytest.mark.django_db
def test_undo_puts_every_row_back_as_it_was():
    world = helios()
    pays_for(world.germany, world.germany, until=TODAY + timedelta(days=90))
    pays_for(world.berlin, world.berlin, since=TODAY + timedelta(days=10))
    before = rows()

    handovers.undo(actor=people.staff("manager"), handover=hand_over(world.europe, world.europe), at=NOON)

    assert rows() == before
    assert Activity.objects.filter(kind="accounts.handover_undone").count() == 1


@pytest.mark.django_db
def test_undoing_twice_does_it_once():
    world, manager = helios(), people.staff("manager")
    done = hand_over(world.europe, world.europe)

    for _ in range(2):
        handovers.undo(actor=manager, handover=done, at=NOON)

    assert Activity.objects.filter(kind="accounts.handover_undone").count() == 1


@pytest.mark.django_db
def test_undo_is_refused_when_somebody_changed_who_pays_since():
    world = helios()
    done = hand_over(world.europe, world.europe)
    responsibilities.set_payer(actor=None, customer=world.berlin, payer=world.germany, since=TODAY, at=NOON)

    with pytest.raises(handovers.CannotBeUndone):
        handovers.undo(actor=people.staff("manager"), handover=done, at=NOON)

    assert payers([world.lab]) == ["Helios Germany"]


@pytest.mark.django_db
@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_hand_over(level):
    world = helios()

    with pytest.raises(Refusal):
        hand_over(world.europe, world.europe, actor=people.staff(level))

    assert not Handover.objects.exists() and not Responsibility.objects.exists()


@pytest.mark.django_db
def test_payer_of_another_group_and_a_change_of_nothing_are_refused():
    world = helios()

    with pytest.raises(responsibilities.MayNotAnswer):
        hand_over(world.europe, group("Nordwind"))
    with pytest.raises(handovers.HandoverRefused):
        hand_over(world.lab, world.lab)
    with pytest.raises(handovers.HandoverRefused):
        hand_over(world.europe, world.europe, role="account_owner")

    assert not Responsibility.objects.exists()


@pytest.mark.django_db
@settings(max_examples=15)
@given(
    named=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-40, 40)), max_size=6), ahead=st.integers(0, 30)
)
def test_undo_restores_whatever_was_named_and_planned_before(named, ahead):
    world = helios()
    nodes = [world.group, world.europe, world.germany, world.berlin, world.lab]
    for customer, payer, days in named:
        since = TODAY + timedelta(days=days)
        responsibilities.set_payer(actor=None, customer=nodes[customer], payer=nodes[payer], since=since, at=NOON)
    before = rows()

    day = TODAY + timedelta(days=ahead)
    done = hand_over(world.group, world.us, since=day)
    standing = payers([*nodes, world.us], day)
    handovers.undo(actor=done.asked_by, handover=done, at=NOON)

    assert standing == ["Helios US"] * 6
    assert rows() == before


@pytest.mark.django_db
def test_nothing_changes_before_a_second_manager_says_yes():
    world, first = helios(), people.staff("manager")

    asked = ask(world.europe, world.europe, actor=first)
    waiting = payers([world.germany, world.berlin, world.lab])
    own = handovers.may_decide(first, asked)

    assert waiting == ["Helios Germany", "Berlin", "Lab"]
    assert (own.code, own.reason) == ("own_request", "You asked for this yourself; another manager decides.")
    with pytest.raises(Refusal, match="another manager decides"):
        handovers.approve(actor=first, handover=asked, at=NOON)
    assert not Responsibility.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_nobody_but_a_manager_is_the_second_person(level):
    world = helios()
    asked = ask(world.europe, world.europe)

    with pytest.raises(Refusal):
        handovers.approve(actor=people.staff(level), handover=asked, at=NOON)

    assert not Responsibility.objects.exists()


@pytest.mark.django_db
def test_approving_twice_does_it_once_and_names_both():
    world, first, second = helios(), people.staff("manager"), people.staff("manager")
    asked = ask(world.europe, world.europe, actor=first)

    for _ in range(2):
        done = handovers.approve(actor=second, handover=asked, at=NOON)

    assert (done.asked_by, done.decided_by, done.status) == (first, second, "done")
    assert Activity.objects.filter(kind="accounts.handed_over").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("end", [handovers.refuse, handovers.withdraw])
def test_refused_or_withdrawn_changes_nothing_and_leaves_room_for_another(end):
    world, manager = helios(), people.staff("manager")
    asked = ask(world.europe, world.europe)

    for _ in range(2):
        end(actor=manager, handover=asked, at=NOON)

    assert not Responsibility.objects.exists()
    with pytest.raises(handovers.HandoverRefused, match="decided on already"):
        handovers.approve(actor=manager, handover=asked, at=NOON)
    with pytest.raises(handovers.CannotBeUndone):
        handovers.undo(actor=manager, handover=asked, at=NOON)
    assert ask(world.europe, world.europe).status == "waiting"


@pytest.mark.django_db
def test_second_one_for_the_same_customer_waits_for_the_first():
    world = helios()
    ask(world.europe, world.europe)

    with pytest.raises(handovers.HandoverRefused, match="waits for a second person already"):
        ask(world.europe, world.germany)


@pytest.mark.django_db
def test_what_would_change_something_else_by_now_is_asked_for_anew():
    world = helios()
    asked = ask(world.europe, world.europe)
    responsibilities.set_payer(actor=None, customer=world.berlin, payer=world.germany, since=TODAY, at=NOON)

    with pytest.raises(handovers.HandoverRefused, match="ask anew"):
        handovers.approve(actor=people.staff("manager"), handover=asked, at=NOON)

    assert payers([world.berlin]) == ["Helios Germany"]


@pytest.mark.usefixtures("committed")
def test_yes_said_by_many_at_once_leaves_one_payer_and_one_record():
    world = helios()
    asked = ask(world.group, world.us)
    managers = [people.staff("manager") for _ in range(8)]

    def one(manager):
        try:
            handovers.approve(actor=manager, handover=Handover.objects.get(pk=asked.pk), at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(one, managers))

    assert Responsibility.objects.count() == 1
    assert Activity.objects.filter(kind="accounts.handed_over").count() == 1
