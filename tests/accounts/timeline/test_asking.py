"""Asking the timeline: filters by topic, node, person and period, and counts equal to the rows."""

from datetime import UTC, date, datetime

import pytest

from accounts.timeline import asking, recording
from accounts.timeline.asking import Wanted
from accounts.timeline.kinds import KINDS
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def tree():
    found = helios()
    paid = {"amount": "EUR 120.00"}
    recording.record(found.berlin, "billing.payment_succeeded", actor=None, at=JANUARY, facts=paid)
    recording.record(found.lab, "billing.payment_succeeded", actor=None, at=FEBRUARY, facts=paid)
    recording.record(found.lab, "support.praise_given", actor=None, at=FEBRUARY)
    recording.record(found.berlin, "support.note_added", actor=None, at=FEBRUARY, internal=True)
    recording.record(found.us, "billing.payment_succeeded", actor=None, at=FEBRUARY, facts=paid)
    return found


@pytest.fixture
def agent():
    return people.agent()


def kinds(tree, agent, **wanted):
    return [(entry.customer.name, entry.kind) for entry in asking.matching(tree.berlin, Wanted(**wanted), viewer=agent)]


def test_topic_payments_leaves_only_payments_of_the_subtree(tree, agent):
    assert kinds(tree, agent, topic="payments") == [
        ("Lab", "billing.payment_succeeded"),
        ("Berlin", "billing.payment_succeeded"),
    ]


def test_calls_and_chats_belong_to_the_topic_of_tickets_and_calls(tree, agent):
    facts = {"ref": "T-1", "window": "09:00 to 11:00"}
    for kind in ("support.call_logged", "support.chat_started", "support.callback_asked"):
        recording.record(tree.lab, kind, actor=None, at=FEBRUARY, facts=facts)

    found = {kind for _name, kind in kinds(tree, agent, topic="tickets")}

    assert found == {"support.call_logged", "support.chat_started", "support.callback_asked", "support.note_added"}


def test_node_alone_leaves_out_what_stands_below(tree, agent):
    assert kinds(tree, agent, topic="payments", subtree=False) == [("Berlin", "billing.payment_succeeded")]


def test_period_takes_its_first_day_and_not_its_last(tree, agent):
    found = kinds(tree, agent, topic="payments", since=date(2026, 1, 1), until=date(2026, 2, 1))

    assert found == [("Berlin", "billing.payment_succeeded")]


def test_person_leaves_what_they_did(tree, agent):
    member = people.member(tree.berlin)
    recording.record(tree.berlin, "support.praise_given", actor=member, at=FEBRUARY)

    assert kinds(tree, agent, person=member.pk) == [("Berlin", "support.praise_given")]


def test_count_of_a_month_is_the_count_of_its_rows(tree, agent):
    counted = dict(asking.by_month(tree.berlin, Wanted(since=date(2026, 1, 1), until=date(2026, 3, 1)), viewer=agent))

    here = Activity.objects.filter(customer__in=[tree.berlin, tree.lab])
    assert counted == {
        date(2026, 1, 1): here.filter(at__year=2026, at__month=1).count(),
        date(2026, 2, 1): here.filter(at__year=2026, at__month=2).count(),
    }
    assert counted[date(2026, 2, 1)] == 3


def test_members_count_no_internal_notes(tree):
    member = people.member(tree.berlin)

    counted = dict(asking.by_month(tree.berlin, Wanted(since=date(2026, 2, 1), until=date(2026, 3, 1)), viewer=member))

    assert counted == {date(2026, 2, 1): 2}


def test_stranger_finds_and_counts_nothing(tree):
    stranger = people.member(helios().berlin)

    assert list(asking.matching(tree.berlin, Wanted(), viewer=stranger)) == []
    assert asking.by_month(tree.berlin, Wanted(), viewer=stranger) == []


@pytest.mark.parametrize("topic", asking.TOPICS)
def test_every_topic_has_kinds(topic):
    assert any(kind.startswith(asking.TOPICS[topic]) for kind in KINDS)
