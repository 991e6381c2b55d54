"""Price lists and discounts agreed for a node hold below it, the nearest first, and never after they ended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.customers import responsibilities
from accounts.segments.models import Condition, Segment, SegmentMembership
from billing.catalog import plans
from billing.contracts import conditions
from billing.invoices import run, selectors
from billing.invoices.models import Line
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db

DAY, NOON = billing.FIRST_DAY, billing.NOON


@pytest.fixture
def tree():
    group = customers.group("Helios")
    europe = customers.below(group, "Helios Europe", "division")
    return group, europe, customers.below(europe, "Berlin")


def _agreed(kind, value, *, since=DAY, until=None, **whom):
    asks, approves = people.person(), people.person()
    return Condition.objects.create(
        kind=kind, value=value, since=since, until=until, asked_by=asks, asked_at=NOON, approved_by=approves, approved_at=NOON,
        **whom,
    )  # fmt: skip


def _billed(customer, version=None):
    billing.subscribed(customer, version or billing.version(price="100.00"))
    run.bill(payer=responsibilities.payer_of(customer, DAY), on=DAY, at=NOON)
    return [(line.kind, line.amount_minor) for line in Line.objects.filter(customer=customer).order_by("pk")]


def test_discount_of_a_node_above_is_taken_off_with_its_source(tree):
    _, europe, berlin = tree
    _agreed("discount", "5", customer=europe)

    lines = _billed(berlin)

    assert lines == [("recurring", 10000), ("discount", -500)]
    assert Line.objects.get(kind="discount").derivation["source"] == "agreed for Helios Europe"


def test_nearest_node_says_which_discount_holds(tree):
    group, europe, berlin = tree
    _agreed("discount", "5", customer=group)
    _agreed("discount", "10", customer=europe)

    assert _billed(berlin) == [("recurring", 10000), ("discount", -1000)]


def test_discount_that_ended_is_not_taken_off(tree):
    _, europe, berlin = tree
    _agreed("discount", "5", customer=europe, since=DAY - timedelta(days=60), until=DAY)

    assert _billed(berlin) == [("recurring", 10000)]


def test_discount_that_waits_for_approval_is_not_taken_off(tree):
    _, europe, berlin = tree
    Condition.objects.create(kind="discount", value="5", since=DAY, asked_by=people.person(), asked_at=NOON, customer=europe)

    assert _billed(berlin) == [("recurring", 10000)]


def test_discount_of_a_segment_holds_for_its_members_while_they_are_in_it(tree):
    group, europe, berlin = tree
    segment = Segment.objects.create(code="public", name="Public sector", description="")
    _agreed("discount", "20", segment=segment)
    SegmentMembership.objects.create(segment=segment, customer=europe, since=DAY, until=DAY + timedelta(days=30))

    assert conditions.discount_of(berlin, DAY).source == "segment Public sector"
    assert conditions.discount_of(berlin, DAY + timedelta(days=30)) is None
    assert conditions.discount_of(group, DAY) is None


def test_price_list_of_the_nearest_node_gives_the_version_that_is_agreed(tree):
    group, europe, berlin = tree
    everybody, helios = billing.version(price="62.00"), plans.define_price_list(code="helios", name="Helios")
    listed = billing.version(price="50.00", price_list=helios)
    _agreed("price_list", "helios", customer=europe)

    assert plans.version_for(everybody.plan, "EUR", DAY, conditions.price_lists_of(berlin, DAY)) == listed
    assert plans.version_for(everybody.plan, "EUR", DAY, conditions.price_lists_of(group, DAY)) == everybody
    assert conditions.source_of(listed, berlin, DAY).source == "Helios Europe"


def test_line_names_the_price_list_it_was_priced_by(tree):
    *_, berlin = tree
    listed = billing.version(price="50.00", price_list=plans.define_price_list(code="helios", name="Helios"))

    lines = _billed(berlin, listed)

    line = Line.objects.get(customer=berlin)
    assert lines == [("recurring", 5000)]
    assert line.derivation["price_list"] == "Helios"
    assert selectors.why(line).endswith("Price list: Helios.")


def test_days_of_a_nearer_condition_are_taken_from_one_further_away(tree):
    group, europe, berlin = tree
    _agreed("discount", "5", customer=group, since=date(2026, 1, 1))
    _agreed("discount", "10", customer=europe, since=date(2026, 3, 1), until=date(2026, 4, 1))

    found = {reach.percent: spans[berlin.pk] for reach, spans in conditions.discounts_for([berlin]).items()}

    assert [str(span.since) for span in found[Decimal(5)]] == ["2026-01-01", "2026-04-01"]
    assert [str(span.until) for span in found[Decimal(10)]] == ["2026-04-01"]
