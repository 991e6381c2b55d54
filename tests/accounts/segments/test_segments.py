"""Who is in which segment and why, by rule or by hand; and what follows from it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.policies.resolving import resolve
from accounts.segments import belonging, defining, evaluating, rules
from accounts.segments.models import SegmentMembership
from accounts.timeline import delivery
from accounts.timeline.models import Activity
from tests.factories import billing, customers, people, policies, segments, support
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db
TODAY, LATER = NOON.date(), NOON + timedelta(days=3)
AGENT = "remedy.agent_ticket_limit"


def inside(segment, on=TODAY):
    held = SegmentMembership.objects.filter(segment=segment, since__lte=on).exclude(until__lte=on)
    return set(held.values_list("customer__name", flat=True))


def test_rule_finds_its_customers_and_keeps_each_condition_with_the_value_found():
    tree = customers.helios()
    large = segments.segment("nodes >= 5\ncountry is not US")

    evaluating.evaluate_all(at=NOON)

    assert inside(large) == {"Helios Group"}
    assert SegmentMembership.objects.get().trace == [
        {"condition": "Nodes at and below it >= 5", "found": 6, "holds": True},
        {"condition": "Country is not US", "found": "", "holds": True},
    ]
    assert [held.segment for held in belonging.of(tree.lab, TODAY)] == [large]


def test_membership_ends_when_the_rule_no_longer_holds_and_a_day_before_still_has_it():
    customer = customers.group(tier="gold", name="Gold")
    gold = segments.segment("tier is gold")
    evaluating.evaluate_all(at=NOON)

    details.change(actor=None, customer=customer, at=LATER, tier="standard")
    changed = evaluating.evaluate_all(at=LATER)

    assert (changed, evaluating.evaluate_all(at=LATER)) == (1, 0)
    assert (inside(gold, TODAY), inside(gold, LATER.date())) == ({"Gold"}, set())
    kinds = Activity.objects.filter(kind__startswith="accounts.segment_", customer=customer).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["accounts.segment_entered", "accounts.segment_left"]


def test_change_of_a_customer_is_followed_at_once():
    customer = customers.group(name="Now")
    gold = segments.segment("tier is gold")

    details.change(actor=None, customer=customer, at=NOON, tier="gold")
    delivery.deliver_waiting(at=NOON)

    assert inside(gold) == {"Now"}


def test_segment_put_in_by_hand_raises_the_limit_and_is_named_as_the_reason():
    tree = customers.helios()
    strategic = segments.segment(code="strategic")
    policies.published({AGENT: "50.00 EUR"}, "house")
    policies.published({AGENT: "300.00 EUR"}, "for-strategic", place="segment", segment=strategic)

    evaluating.put_in(actor=people.manager(), segment=strategic, customer=tree.group, at=NOON)

    found = resolve(tree.lab, AGENT, TODAY)
    assert (found.words, found.source.place, found.source.where) == ("300.00 EUR", "segment", "Strategic")


def test_higher_rank_speaks_when_a_customer_is_in_two_segments():
    customer = customers.group()
    for rank, limit in ((5, "70.00 EUR"), (1, "90.00 EUR")):
        one = segments.segment(rank=rank)
        policies.published({AGENT: limit}, f"rank-{rank}", place="segment", segment=one)
        evaluating.put_in(actor=people.manager(), segment=one, customer=customer, at=NOON)

    assert resolve(customer, AGENT, TODAY).words == "70.00 EUR"


def test_hand_does_not_touch_a_segment_with_a_rule():
    with pytest.raises(evaluating.FollowsARule):
        evaluating.put_in(actor=people.manager(), segment=segments.segment("tier is gold"), customer=customers.group(), at=NOON)


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_define_and_fill_segments(level):
    by_hand, actor = segments.segment(), people.staff(level)

    with pytest.raises(defining.MayNotDefine):
        evaluating.put_in(actor=actor, segment=by_hand, customer=customers.group(), at=NOON)
    with pytest.raises(defining.MayNotDefine):
        defining.define(actor=actor, code="x", name="X", at=NOON)


@pytest.mark.parametrize(
    "rule", ["colour is red", "tier", "tier is", "nodes >= many", "nodes >= 1, 2", "tier >= 1", "country like D", "is"]
)
def test_rule_that_cannot_be_read_is_refused(rule):
    with pytest.raises(rules.RuleUnreadable):
        segments.segment(rule)


def test_money_and_tickets_can_be_asked_about_with_everything_below():
    root = customers.group(name="Root")
    below = customers.below(root)
    billing.subscribed(below)
    billing.invoice(below, 12000)
    support.ticket(below)
    busy = segments.segment("subscriptions >= 1\nowed >= 12000\nopen_tickets >= 1\nlevel is 0")

    evaluating.evaluate_all(at=NOON)

    assert inside(busy) == {"Root"}


def test_evaluating_takes_the_same_statements_for_three_customers_as_for_one():
    segments.segment("tier is gold\nsilent_days >= 0\nsubscriptions >= 0\nowed >= 0\nopen_tickets >= 0")
    customers.group()
    evaluating.evaluate_all(at=NOON)

    def counted():
        with CaptureQueriesContext(connection) as captured:
            evaluating.evaluate_all(at=NOON)
        return len(captured)

    one = counted()
    customers.group()
    customers.group()
    assert (counted(), Customer.objects.count()) == (one, 3)
