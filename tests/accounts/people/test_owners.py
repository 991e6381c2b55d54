"""Owners: named once, inherited down the tree, kept or inherited on a move, and reported where nobody is left."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.customers import moves
from accounts.customers.models import Customer, Responsibility
from accounts.people import owners
from accounts.quality import changes, positions
from tests.factories import people
from tests.factories.customers import NOON, below, group, helios

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
EVERY_ROLE = ("account_owner", "service_owner", "billing_owner", "data_owner")


def name(customer, person, role="account_owner", since=TODAY):
    return owners.name(actor=people.staff("manager"), customer=customer, role=role, person=person, since=since, at=NOON)


def owner_of(customer, on=TODAY, role="account_owner"):
    found = owners.of(customer, on).get(role)
    return found.person if found else None


def moved(customer, to, **more):
    now = NOON
    asked = changes.ask(
        actor=people.agent(), customer=customer, what="position", effective_on=now.date(), at=now, parent=to.number, **more
    )
    return changes.approve(actor=people.supervisor(), request=asked, at=now)


def test_owner_named_at_the_root_owns_everything_below():
    world, kim = helios(), people.staff("key_account")

    name(world.group, kim)

    assert owner_of(world.lab) == kim
    assert owners.of(world.lab, TODAY)["account_owner"].named_at == world.group


def test_owner_named_further_down_owns_from_its_day_on():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.group, kim)

    name(world.germany, lee, since=TODAY + timedelta(days=10))

    assert owner_of(world.berlin, TODAY + timedelta(days=9)) == kim
    assert owner_of(world.berlin, TODAY + timedelta(days=10)) == lee
    assert owner_of(world.us, TODAY + timedelta(days=10)) == kim


def test_customer_inherits_again_from_the_day_it_is_let():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.group, kim)
    name(world.germany, lee)

    owners.let_inherit(
        actor=people.supervisor(), customer=world.germany, role="account_owner", on=TODAY + timedelta(days=1), at=NOON
    )

    assert (owner_of(world.germany), owner_of(world.germany, TODAY + timedelta(days=1))) == (lee, kim)


def test_row_says_who_set_it():
    manager, world = people.staff("manager"), helios()

    made = owners.name(actor=manager, customer=world.group, role="data_owner", person=manager, since=TODAY, at=NOON)

    assert (made.set_by, made.since, made.until) == (manager, TODAY, None)


def test_agent_names_nobody_and_a_customers_person_is_never_an_owner():
    world, kim = helios(), people.staff("key_account")

    with pytest.raises(owners.OwnerRefused):
        owners.name(actor=people.agent(), customer=world.group, role="account_owner", person=kim, since=TODAY, at=NOON)
    with pytest.raises(owners.OwnerRefused):
        name(world.group, people.member(world.group))
    with pytest.raises(owners.OwnerRefused):
        name(world.group, kim, role="payer")

    assert not Responsibility.objects.exists()


def test_move_inherits_the_owner_of_the_new_place():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.germany, kim)
    name(world.us, lee)

    moved(world.berlin, world.us)

    assert owner_of(Customer.objects.get(pk=world.berlin.pk)) == lee


def test_move_keeps_the_owners_where_that_was_asked_for():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.germany, kim)
    name(world.us, lee)

    moved(world.berlin, world.us, **{positions.KEEPS_OWNERS: "yes"})

    assert owner_of(Customer.objects.get(pk=world.lab.pk)) == kim
    assert owners.of(world.berlin, TODAY)["account_owner"].named_at == world.berlin


def test_undone_move_lets_the_customer_inherit_the_owners_it_kept():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.germany, kim)
    name(world.us, lee)
    asked = moved(world.berlin, world.us, **{positions.KEEPS_OWNERS: "yes"})

    positions.undo(actor=people.supervisor(), request=asked, at=NOON)

    assert owners.of(world.berlin, TODAY)["account_owner"].named_at == world.germany
    name(world.germany, lee)
    assert owner_of(world.berlin) == lee


def test_undone_move_leaves_an_owner_whom_somebody_named_since():
    world, kim, lee = helios(), people.staff("key_account"), people.staff("key_account")
    name(world.germany, kim)
    name(world.us, lee)
    asked = moved(world.berlin, world.us, **{positions.KEEPS_OWNERS: "yes"})
    name(world.berlin, lee)

    positions.undo(actor=people.supervisor(), request=asked, at=NOON)

    assert owners.of(world.berlin, TODAY)["account_owner"].named_at == world.berlin
    assert owner_of(world.berlin) == lee


def test_preview_of_a_move_says_into_whose_hands_it_goes():
    world, kim = helios(), people.staff("key_account", email="kim@accord.example")
    name(world.germany, kim)

    assert moves.preview(world.berlin, world.us, on=TODAY).effects["owners"] == [
        "nobody owns the account instead of kim@accord.example."
    ]


def test_group_is_reported_until_somebody_owns_everything_of_it():
    root, kim = group("Helios"), people.staff("key_account")
    below(root)
    for role in EVERY_ROLE[:3]:
        name(root, kim, role)

    assert list(owners.missing(TODAY)) == [root]
    assert owners.missing_roles([root], TODAY) == {root.pk: ["owns the data"]}
    name(root, kim, "data_owner")
    assert list(owners.missing(TODAY)) == []


def test_customer_is_reported_whose_owner_left_us():
    root, kim, lee = group("Helios"), people.staff("key_account"), people.staff("key_account")
    part = below(root)
    for role in EVERY_ROLE:
        name(root, kim, role)
    name(part, lee)

    lee.is_active = False
    lee.save(update_fields=["is_active"])

    assert list(owners.missing(TODAY)) == [part]
    assert owners.missing_roles([part], TODAY) == {part.pk: ["owns the account"]}
    assert owner_of(part) is None


@pytest.mark.parametrize(("role", "who"), [("payer", "person"), ("account_owner", "responsible")])
def test_database_keeps_payers_customers_and_owners_people(role, who):
    root = group()
    answering = {"person": people.agent(), "responsible": root}[who]

    with pytest.raises(IntegrityError, match="responsibility_names_a_customer_or_a_person"), transaction.atomic():
        Responsibility.objects.create(customer=root, role=role, since=date(2026, 1, 1), **{who: answering})
