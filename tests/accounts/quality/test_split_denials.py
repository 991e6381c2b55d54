"""A split opens nothing to whom the old customer is closed: the new one is closed to them, too, by who closed the old one."""

from datetime import timedelta

import pytest

from accounts.customers.models import Customer
from accounts.people import access, invitations, reach_changes
from accounts.quality import split_parts, splitting
from tests.factories import people
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def europe():
    """A division with a site below it, under a group."""
    division = below(group("Helios"), "Europe", "division")
    below(division, "Berlin")
    return Customer.objects.get(pk=division.pk)


@pytest.fixture
def boss(europe):
    return people.administrator(europe.parent)


@pytest.fixture
def outsider(europe, boss):
    """A member of the whole group who is kept out of Europe by the group's administrator."""
    person = people.member(europe.parent, email="out@helios.example")
    invitations.deny(actor=boss, user=person, customer=europe, scope="subtree", at=NOON)
    return person


def split_off(europe, **parts):
    parts = parts or {"children": [Customer.objects.get(name="Berlin").pk]}
    asked = splitting.ask(actor=people.agent(), customer=europe, name="North", parts=parts, on=TODAY, at=NOON)
    return splitting.approve(actor=people.supervisor(), split=asked, at=NOON)


def seen(person):
    return set(access.customers_within_reach(person, on=SOON).values_list("name", flat=True))


def test_who_has_no_access_to_the_old_customer_has_none_to_the_new_one(europe, outsider):
    split = split_off(europe)

    assert seen(outsider) == {"Helios"}
    said = "out@helios.example, who has no access here, has none to the new customer either."
    assert split.effects["denied"] == [said]
    assert not [told for told in split.effects["children"] if "gains sight" in told]


def test_denial_at_the_new_customer_is_lifted_by_nobody_below_who_set_it(europe, boss, outsider):
    split = split_off(europe)
    [denial] = split.made.memberships.filter(effect="deny")

    assert (denial.granted_by, denial.scope, denial.until) == (boss, "subtree", None)
    with pytest.raises(invitations.MayNotGrant, match="only somebody who manages people there lifts it"):
        invitations.revoke(actor=people.administrator(split.made), membership=denial, at=NOON)
    invitations.revoke(actor=boss, membership=denial, at=NOON)
    assert "North" in seen(outsider) and "Europe" not in seen(outsider)


def test_denial_is_no_part_that_goes_along(europe, outsider):
    [denial] = europe.memberships.filter(effect="deny")

    assert split_parts.every()["members"].pieces(europe) == []
    with pytest.raises(splitting.CannotBeSplit, match="does not have all of these: members"):
        split_off(europe, members=[denial.pk])


def test_denial_that_is_handed_over_stays_set_by_who_set_it(europe, boss, outsider):
    [denial], to = europe.memberships.filter(effect="deny"), below(europe.parent, "South", "division")

    reach_changes.hand_over([denial.pk], europe, to, actor=people.supervisor(), at=NOON)

    assert to.memberships.get().granted_by == boss


def test_after_the_split_is_undone_neither_is_seen(europe, outsider):
    split = split_off(europe)

    splitting.undo(actor=people.supervisor(), split=split, at=NOON)

    assert seen(outsider) == {"Helios"}


def test_preview_names_who_loses_sight_of_what_goes_along(europe):
    people.member(europe, email="stays@helios.example")
    people.member(europe.parent, email="above@helios.example")

    split = split_off(europe)

    told = [sentence for sentence in split.effects["children"] if "sight" in sentence]
    assert told == ["stays@helios.example loses sight of Berlin."]
