"""A part of a customer becomes a customer of its own: by two persons, on its day, whole or not at all, and back as a whole."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import tasks
from accounts.customers import responsibilities, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.quality import splitting
from accounts.quality.split_models import Split
from accounts.timeline.models import Activity
from billing.contracts.models import Contract, Subscription
from billing.invoices import run
from billing.invoices.models import Line
from tests.factories import billing, people, tree_changes
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def europe():
    """A division with two sites, below a group."""
    division = below(group("Helios"), "Europe", "division")
    below(division, "Berlin")
    below(division, "Paris")
    return Customer.objects.get(pk=division.pk)


def site(name):
    return Customer.objects.get(name=name)


def ask(customer, *, on=TODAY, name="Europe North", actor=None, **parts):
    return splitting.ask(actor=actor or people.agent(), customer=customer, name=name, parts=parts, on=on, at=NOON)


def done(customer, **parts):
    return splitting.approve(actor=people.supervisor(), split=ask(customer, **parts), at=NOON)


def test_new_customer_stands_beside_the_old_one_with_what_was_chosen(europe):
    split = done(europe, children=[site("Berlin").pk])

    assert split.status == "done"
    assert (split.made.kind_id, split.made.parent_id, split.made.name) == ("division", europe.parent_id, "Europe North")
    assert site("Berlin").parent == split.made and site("Paris").parent == europe
    assert tree.check() == []
    told = Activity.objects.filter(kind="accounts.customer_split").values_list("customer", flat=True)
    assert set(told) == {europe.pk, split.made_id}


def test_people_go_along_and_see_only_where_they_stand_from_then_on(europe):
    goes, stays = people.administrator(europe), people.member(europe)
    held = europe.memberships.get(user=goes)

    split = done(europe, members=[held.pk])

    assert access.customers_within_reach(goes, on=SOON).filter(pk=split.made_id).exists()
    assert not access.customers_within_reach(goes, on=SOON).filter(pk=europe.pk).exists()
    assert access.customers_within_reach(stays, on=SOON).filter(pk=europe.pk).exists()
    assert "Nobody administers Europe itself any more." in split.effects["members"]


def test_contract_goes_along_and_no_day_is_billed_twice(europe):
    goes, stays = (billing.subscribed(europe, billing.version(code), on=date(2026, 1, 1)) for code in ("PRO", "TEAM"))
    run.bill(payer=europe, on=date(2026, 3, 1), at=NOON)

    split = done(europe, contracts=[goes.contract_id])
    run.bill(payer=europe, on=date(2026, 5, 1), at=NOON)
    run.bill(payer=split.made, on=date(2026, 5, 1), at=NOON)

    owners = {row.pk: row.customer_id for row in Subscription.objects.all()}
    assert owners == {goes.pk: split.made_id, stays.pk: europe.pk}
    lines = Line.objects.filter(subscription=goes).order_by("pk").values_list("document__customer", flat=True)
    assert list(lines[:3]) == [europe.pk] * 3 and set(lines[3:]) == {split.made_id}
    billed = [sum(Line.objects.filter(subscription=one).values_list("amount_minor", flat=True)) for one in (goes, stays)]
    assert billed == [5 * 6200, 5 * 6200]


def test_address_goes_along_from_its_day(europe):
    address = tree_changes.address(europe)

    split = done(europe, addresses=[address.pk])

    assert [str(row) for row in split.made.addresses.all()] == ["Gate 4, Berlin"]
    assert not europe.addresses.filter(until=None).exists()


def test_who_was_named_to_pay_at_the_old_one_pays_for_the_new_one(europe):
    payer = europe.parent
    responsibilities.set_payer(actor=None, customer=europe, payer=payer, since=TODAY, at=NOON)

    split = done(europe, children=[site("Berlin").pk])

    assert responsibilities.payer_of(split.made, TODAY) == payer
    assert split.effects["payers"] == ["Helios pays for the new customer."]


def test_split_happens_on_its_day_and_not_before(europe):
    split = ask(europe, on=SOON, children=[site("Berlin").pk])
    splitting.approve(actor=people.supervisor(), split=split, at=NOON)
    assert site("Berlin").parent == europe

    assert splitting.apply_due(at=NOON + timedelta(days=9)) == 0
    assert splitting.apply_due(at=NOON + timedelta(days=10)) == 1
    assert splitting.apply_due(at=NOON + timedelta(days=11)) == 0

    assert site("Berlin").parent.name == "Europe North"


def test_nightly_task_carries_out_what_is_due(europe):
    split = ask(europe, on=SOON, children=[site("Berlin").pk])
    splitting.approve(actor=people.supervisor(), split=split, at=NOON)

    assert tasks.apply_changes() == 1


def test_split_that_became_impossible_is_refused_whole_with_its_reason(europe):
    address = tree_changes.address(europe)
    split = ask(europe, on=SOON, children=[site("Berlin").pk], addresses=[address.pk])
    splitting.approve(actor=people.supervisor(), split=split, at=NOON)
    tree.place(site("Berlin"), europe.parent)

    assert splitting.apply_due(at=NOON + timedelta(days=10)) == 0

    split.refresh_from_db()
    assert (split.status, split.note) == ("refused", "Europe does not have all of these: children.")
    assert not Customer.objects.filter(name="Europe North").exists() and europe.addresses.get().until is None


def test_undoing_brings_everything_back_and_the_old_customer_absorbs_the_new_one(europe):
    goes, bought, address = people.administrator(europe), billing.subscribed(europe), tree_changes.address(europe)
    split = done(europe, children=[site("Berlin").pk], members=[europe.memberships.get().pk], contracts=[bought.contract_id],
                 addresses=[address.pk])  # fmt: skip
    later = below(split.made, "Oslo")

    undone = splitting.undo(actor=people.supervisor(), split=split, at=NOON + timedelta(days=1))
    splitting.undo(actor=people.supervisor(), split=split, at=NOON + timedelta(days=2))

    assert undone.status == "undone"
    assert site("Berlin").parent == europe and Customer.objects.get(pk=later.pk).parent == europe
    assert Contract.objects.get().customer == Subscription.objects.get().customer == europe
    assert access.customers_within_reach(goes, on=SOON).filter(pk=europe.pk).exists()
    assert str(europe.addresses.get(until=None)) == "Gate 4, Berlin"
    assert Customer.objects.numbered(split.made.number).get() == europe
    assert tree.check() == []


@pytest.mark.parametrize("level", ["agent", "finance", "key_account"])
def test_only_a_decider_who_did_not_ask_approves(europe, level):
    boss = people.supervisor()
    split = ask(europe, actor=boss, children=[site("Berlin").pk])

    for actor in (boss, people.staff(level)):
        with pytest.raises(Refusal):
            splitting.approve(actor=actor, split=split, at=NOON)
    with pytest.raises(Refusal):
        ask(group(), actor=people.finance(), children=[1])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "name is empty"),
        ({"children": []}, "Choose what goes along"),
        ({"children": [0]}, "does not have all of these: children"),
        ({"shoes": [1]}, "does not have all of these: shoes"),
        ({"on": TODAY - timedelta(days=1)}, "today or within a year"),
        ({"on": TODAY + timedelta(days=400)}, "today or within a year"),
    ],
)
def test_split_that_makes_no_sense_is_refused(europe, changed, words):
    given = {"children": [site("Berlin").pk]} | changed

    with pytest.raises(splitting.CannotBeSplit, match=words):
        ask(europe, **given)


def test_part_of_another_customer_never_goes_along(europe):
    stranger = below(below(group(), kind="division"), "Rome")

    with pytest.raises(splitting.CannotBeSplit, match="children"):
        ask(europe, children=[stranger.pk])


def test_one_split_waits_at_a_time_and_a_withdrawn_one_makes_room(europe):
    split = ask(europe, children=[site("Berlin").pk])
    with pytest.raises(splitting.CannotBeSplit, match="waits already"):
        ask(europe, children=[site("Paris").pk])

    splitting.withdraw(actor=people.agent(), split=split, at=NOON)

    assert ask(europe, children=[site("Paris").pk]).status == "waiting"
    with pytest.raises(splitting.CannotBeSplit, match="already decided"):
        splitting.approve(actor=people.supervisor(), split=split, at=NOON)


def test_database_refuses_one_person_for_both_and_an_effect_without_a_customer(europe):
    split = ask(europe, children=[site("Berlin").pk])

    for changed in ({"decided_by": split.asked_by}, {"status": "done"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Split.objects.filter(pk=split.pk).update(**changed)
