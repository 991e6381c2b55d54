"""Changes that nobody decided on by the day policy gives: told once, shown as late, and never decided by the clock."""

from datetime import timedelta

import pytest

from accounts.quality import changes, reminding
from accounts.quality.models import ChangeRequest
from accounts.timeline.models import Activity
from support.notices import audiences
from tests.accounts.quality.test_changes import asked
from tests.factories import people
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def auckland():
    """Where it is tomorrow already at noon UTC; a change there is decided within five days."""
    return below(group("Helios", timezone="Pacific/Auckland"), "Helios GmbH", "legal_entity", timezone="Pacific/Auckland")


def test_change_is_told_of_once_when_its_day_has_passed_by_the_customers_clock(auckland):
    asked(auckland)

    told = [reminding.remind(at=NOON + days * DAY) for days in (0, 5, 5.5, 6, 7, 30)]

    assert told == [0, 0, 0, 1, 0, 0]
    assert Activity.objects.get(kind=reminding.LATE).facts["by"] == "2026-03-08"


def test_change_that_was_decided_is_told_of_no_more(auckland):
    changes.refuse(actor=people.administrator(auckland), request=asked(auckland), reason="Not yet", at=NOON)

    assert reminding.remind(at=NOON + 30 * DAY) == 0


def test_who_may_decide_is_reminded_and_not_who_asked(auckland):
    administrator, member = people.administrator(auckland), people.member(auckland)
    change = asked(auckland, actor=member)
    reminding.remind(at=NOON + 9 * DAY)
    told = Activity.objects.get(kind=reminding.LATE)

    assert audiences.who_is_late_with_the_change(told) == [administrator]
    assert ChangeRequest.objects.get().status == "waiting"
    changes.withdraw(actor=member, request=change, at=NOON + 9 * DAY)
    assert audiences.who_is_late_with_the_change(told) == []


def test_one_of_us_is_reminded_where_the_customer_has_nobody_who_could(auckland):
    supervisor = people.supervisor()
    asked(auckland, actor=people.member(auckland))
    reminding.remind(at=NOON + 9 * DAY)

    assert audiences.who_is_late_with_the_change(Activity.objects.get(kind=reminding.LATE)) == [supervisor]
