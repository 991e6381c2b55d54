"""What was agreed for a customer, and who answers for it, hold alike for the customer that is split off from it."""

from datetime import timedelta

import pytest

from accounts.customers import responsibilities
from accounts.quality import splitting
from accounts.segments import conditions
from tests.factories import people, segments
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def europe():
    return below(group("Helios"), "Europe", "division")


def split_off(customer):
    berlin = below(customer, "Berlin")
    given = {"name": "Europe North", "parts": {"children": [berlin.pk]}, "on": TODAY, "at": NOON}
    asked = splitting.ask(actor=people.agent(), customer=customer, **given)
    return splitting.approve(actor=people.supervisor(), split=asked, at=NOON)


def test_discount_agreed_for_the_old_customer_holds_for_the_new_one_on_the_same_days(europe):
    agreed = segments.condition("discount", "20", customer=europe, at=NOON - timedelta(days=40))

    split = split_off(europe)

    alike = conditions.agreed_for(split.made, TODAY)
    assert [(row.kind, row.value, row.since, row.until) for row in alike] == [("discount", "20", agreed.since, agreed.until)]
    assert split.effects["terms"] == ["Discount in per cent: 20 holds for the new customer as well."]


def test_payer_named_for_later_pays_for_the_new_customer_from_that_day(europe):
    responsibilities.set_payer(actor=None, customer=europe, payer=europe, since=TODAY, at=NOON)
    treasury = below(europe.parent, "Treasury", "division")
    responsibilities.set_payer(actor=None, customer=europe, payer=treasury, since=SOON, at=NOON)

    made = split_off(europe).made

    assert responsibilities.payer_of(made, TODAY) == europe
    assert responsibilities.payer_of(made, SOON) == treasury


def test_after_the_undoing_the_old_customer_pays_wherever_the_new_one_did(europe):
    split = split_off(europe)
    other = below(europe.parent, "Asia", "division")
    responsibilities.set_payer(actor=None, customer=other, payer=split.made, since=TODAY, at=NOON)

    splitting.undo(actor=people.supervisor(), split=split, at=NOON)

    assert responsibilities.payer_of(other, SOON) == responsibilities.payer_of(europe, SOON)
    assert responsibilities.payer_of(split.made, SOON) == responsibilities.payer_of(europe, SOON)
