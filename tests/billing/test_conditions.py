"""Price lists and discounts agreed for a node hold below it, the nearest first, and never after they ended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.customers import responsibilities
from accounts.segments.models import Condition, Segment, SegmentMembership
from billing.catalog import plans
from billing.contracts import conditions
from billing.invoices import proof, run, selectors, single
from billing.invoices.models import Document, Line
from billing.invoices.running import carrying
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


def test_days_to_pay_of_the_nearest_node_set_the_due_day_with_their_source(tree):
    group, europe, berlin = tree
    _agreed("payment_term", "60", customer=group)
    _agreed("payment_term", "30", customer=europe)

    _billed(berlin)

    document = Document.objects.get()
    assert (document.due_on, document.address["terms"]) == (
        DAY + timedelta(days=30), {"days": 30, "source": "agreed for Helios Europe"},
    )  # fmt: skip
    assert proof.faults() == []


def test_days_to_pay_of_a_segment_hold_for_an_invoice_outside_any_contract(tree):
    berlin = tree[2]
    segment = Segment.objects.create(code="gold", name="Gold", rank=1)
    SegmentMembership.objects.create(segment=segment, customer=berlin, since=DAY)
    _agreed("payment_term", "0", segment=segment)

    facts = {"legal_entity": billing.seller(), "currency": "EUR", "on": DAY, "at": NOON}
    document = single.charge(actor=None, customer=berlin, lines=[billing.one_off(berlin, 100)], **facts)

    assert (document.due_on, document.address["terms"]["source"]) == (document.issued_on, "agreed for segment Gold")


@pytest.mark.parametrize("facts", [{"until": DAY}, {"since": DAY + timedelta(days=1)}])
def test_days_to_pay_that_do_not_hold_leave_the_contracts(tree, facts):
    _agreed("payment_term", "60", customer=tree[1], **facts)

    _billed(tree[2])

    document = Document.objects.get()
    assert (document.due_on, document.address.get("terms")) == (DAY + timedelta(days=14), None)


def test_days_to_pay_are_of_who_pays_not_of_who_uses(tree):
    group, _, berlin = tree
    responsibilities.set_payer(actor=None, customer=berlin, payer=group, since=DAY, at=NOON)
    _agreed("payment_term", "60", customer=berlin)

    _billed(berlin)

    assert Document.objects.get().due_on == DAY + timedelta(days=14)


def test_run_of_many_sets_the_same_days_to_pay(tree):
    _agreed("payment_term", "45", customer=tree[1])
    billing.subscribed(tree[2], billing.version(price="100.00"))

    carrying.bill_due(on=DAY, at=NOON)

    document = Document.objects.get()
    assert (document.due_on, document.address["terms"]["days"], proof.faults()) == (DAY + timedelta(days=45), 45, [])
