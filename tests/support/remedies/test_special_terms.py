"""Goodwill agreed for a customer or a segment widens or narrows what an agent may give there, as far as policy lets it."""

from datetime import date

import pytest

from accounts.policies import resolving
from accounts.policies.keys import KEYS, Below
from accounts.policies.resolving import CONDITION, HOUSE, Resolved, Saying, Source
from accounts.segments.models import Condition, Segment, SegmentMembership
from support.remedies.standing import Standing
from tests.factories import customers, people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
SINCE = date(2020, 1, 1)
GOODWILL, AGENTS = "goodwill_credit", "goodwill.agent_ticket_limit"


def agreed(value, *, kind="goodwill", until=None, since=SINCE, **whom):
    asks, approves = people.person(), people.person()
    return Condition.objects.create(
        kind=kind, value=value, since=since, until=until, asked_by=asks, asked_at=NOON, approved_by=approves, approved_at=NOON,
        **whom,
    )  # fmt: skip


@pytest.fixture
def tree():
    group = customers.group("Helios")
    europe = customers.below(group, "Helios Europe", "division")
    return group, europe, customers.below(europe, "Berlin")


def limit(customer, remedy=GOODWILL, level="agent", currency="EUR"):
    case = support.ticket(customer)
    said = Standing(people.agent(), NOON, [case]).limit_of_level(level, remedy, currency, customer.pk)
    return said and (str(said.per_ticket), said.ticket_source)


def test_goodwill_of_a_node_above_takes_the_place_of_the_agents_limit_and_is_named(tree):
    _, europe, berlin = tree
    support.limit("agent", 5000)
    condition = agreed("300.00 EUR", customer=europe)

    assert limit(berlin) == ("300.00 EUR", f"condition {condition.pk} (Helios Europe)")
    assert limit(berlin, remedy="waive_charge") == ("50.00 EUR", "")


def test_nearest_node_speaks(tree):
    group, europe, berlin = tree
    support.limit("agent", 5000)
    agreed("300.00 EUR", customer=group)
    agreed("20 EUR", customer=europe)

    assert limit(berlin)[0] == "20.00 EUR"
    assert limit(group)[0] == "300.00 EUR"


def test_goodwill_of_a_segment_holds_for_those_in_it(tree):
    group, _, berlin = tree
    support.limit("agent", 5000)
    segment = Segment.objects.create(code="gold", name="Gold", rank=1)
    SegmentMembership.objects.create(segment=segment, customer=berlin, since=SINCE)
    agreed("300.00 EUR", segment=segment)

    assert (limit(berlin)[0], limit(group)[0]) == ("300.00 EUR", "50.00 EUR")


@pytest.mark.parametrize("facts", [{"until": date(2021, 1, 1)}, {"since": date(2099, 1, 1)}, {"kind": "discount"}])
def test_what_does_not_hold_today_changes_nothing(tree, facts):
    support.limit("agent", 5000)
    agreed("5" if "kind" in facts else "300.00 EUR", customer=tree[1], **facts)

    assert limit(tree[2])[0] == "50.00 EUR"


@pytest.mark.parametrize("value", ["300.001 EUR", "300 XQX", "many EUR"])
def test_what_is_no_amount_changes_nothing(tree, value):
    support.limit("agent", 5000)
    agreed(value, customer=tree[1])

    assert limit(tree[2])[0] == "50.00 EUR"


def test_another_currency_is_left_as_it_was(tree):
    support.limit("agent", 5000)
    agreed("300 USD", customer=tree[1])

    assert (limit(tree[2])[0], limit(tree[2], currency="USD")[0]) == ("50.00 EUR", "300.00 USD")


def said(below, value="50.00"):
    saying = Saying({"EUR": value}, below, Source(HOUSE, policy="remedies", number=2, version=1))
    return resolving.fold(KEYS[AGENTS], [saying])


@pytest.mark.parametrize(
    ("below", "wanted", "holds"),
    [
        (Below.LOOSEN, "300.00", "300.00"), (Below.LOOSEN, "20.00", "20.00"), (Below.TIGHTEN, "20.00", "20.00"),
        (Below.TIGHTEN, "300.00", "50.00"), (Below.LOCKED, "20.00", "50.00"), (Below.LOCKED, "300.00", "50.00"),
    ],
)  # fmt: skip
def test_policy_says_how_far_a_condition_may_go(below, wanted, holds):
    laid: Resolved = resolving.laid_over(said(below.value), {"EUR": wanted}, Source(CONDITION, where="Helios", version=7))

    assert laid.value == {"EUR": holds}
    assert laid.trace[-1].taken is (wanted == holds)
    assert laid.source.ref == ("condition 7 (Helios)" if wanted == holds else "remedies v2")
