"""Approvals that wait too long are brought before the level above, once, after the hours that policy allows."""

from datetime import timedelta

import pytest

from accounts.timeline.models import Activity
from support.remedies import approvals, waiting
from tests.factories import people, policies, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)


def told():
    return list(Activity.objects.filter(kind=waiting.LATE).values_list("facts__level", "facts__hours"))


def test_level_above_is_told_once_after_the_hours_have_passed():
    support.case(30000).grant()

    assert waiting.tell_late(at=NOON + DAY - timedelta(seconds=1)) == 0
    assert waiting.tell_late(at=NOON + DAY) == 1
    assert waiting.tell_late(at=NOON + 2 * DAY) == 0
    assert told() == [("manager", 24)]


def test_hours_are_those_of_the_customers_policy():
    gold = group(tier="gold")
    policies.published({"approval.hours": "2"}, "gold", place="tier", tier="gold")
    support.case(30000).grant()
    support.case(30000, customer=gold).grant()

    assert waiting.tell_late(at=NOON + timedelta(hours=2)) == 1
    assert told() == [("manager", 2)]


def test_what_was_decided_is_late_no_more_and_who_was_asked_may_still_decide():
    approval = support.case(30000).grant().approval
    waiting.tell_late(at=NOON + DAY)

    approvals.decide(actor=people.supervisor(), approval=approval, approve=True, note="", at=NOON + DAY)

    assert waiting.late(at=NOON + 2 * DAY) == []
    approval.refresh_from_db()
    assert approval.status == "approved"


def test_late_approvals_take_the_same_statements_for_three_as_for_one(django_assert_max_num_queries):
    for _ in range(3):
        support.case(30000).grant()

    with django_assert_max_num_queries(3):
        assert len(waiting.late(at=NOON + DAY)) == 3
