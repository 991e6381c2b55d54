"""Managers set calendars, targets and the ladder; what cannot be is refused and changes nothing."""

from datetime import date

import pytest

from accounts.timeline.models import Activity
from support.service_levels import calendars, ladder, targets
from support.service_levels.calendars import CalendarWrong, MayNotSetServiceLevels, OwnDate
from support.service_levels.ladder import StepMakesNoSense
from support.service_levels.models import LadderStep, OwnDay, ServiceCalendar, ServiceTarget
from support.service_levels.targets import Subject, TargetMakesNoSense
from tests.factories import people
from tests.factories.customers import helios
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
WEEK = {"mon": [["09:00", "17:00"]]}


def define(calendar=None, **changed):
    plain = {"name": "Vienna", "timezone": "Europe/Vienna", "hours": WEEK, "own_days": [], "country": "AT", "at": NOON}
    return calendars.define(actor=people.manager(), calendar=calendar, **plain | changed)


def office():
    return ServiceCalendar.objects.get(name="Office hours")


def in_force(clock, tier="standard", priority="3", kind="billing"):
    return targets.most_specific(targets.in_force(NOON.date()), clock, Subject(tier, None, priority, kind))


def test_calendar_closes_on_public_holidays_and_days_of_its_own():
    kept = define(own_days=[OwnDate(date(2026, 3, 9), name="Move"), OwnDate(date(2026, 10, 26), closed=False)])

    on = calendars.clock_calendar(kept)
    assert {date(2026, 5, 1), date(2026, 3, 9)} <= on.holidays
    assert date(2026, 10, 26) not in on.holidays
    assert calendars.in_words(kept) == "mon 09:00–17:00"


def test_holidays_of_a_region_are_its_own():
    assert date(2026, 1, 6) in calendars.public_holidays("DE", "BY")
    assert date(2026, 1, 6) not in calendars.public_holidays("DE", "")


def test_calendar_set_again_replaces_its_own_days():
    kept = define(own_days=[OwnDate(date(2026, 3, 9))])

    define(kept, name="Wien", own_days=[OwnDate(date(2026, 3, 10))])

    assert [str(own.day) for own in OwnDay.objects.filter(calendar=kept)] == ["2026-03-10"]
    assert Activity.objects.filter(kind="support.service_level_set").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {}},
        {"hours": {"mon": [["17:00", "25:00"]]}},
        {"timezone": "Mars/Olympus"},
        {"country": "XX"},
        {"region": "ZZ"},
        {"name": "Office hours"},
        {"name": " "},
    ],
)
def test_calendar_that_cannot_be_is_refused(wrong):
    with pytest.raises(CalendarWrong):
        define(**wrong)

    assert ServiceCalendar.objects.count() == 1


def test_nobody_but_managers_sets_service_levels():
    for level in ("agent", "supervisor", "finance", "key_account"):
        with pytest.raises(MayNotSetServiceLevels):
            targets.set_target(actor=people.staff(level), clock="update", minutes=1, calendar=office(), at=NOON)


def test_row_that_says_most_counts():
    assert in_force("first_response").minutes == 480
    assert in_force("first_response", tier="gold").minutes == 240
    assert in_force("first_response", priority="1").minutes == 120
    assert in_force("first_response", tier="gold", priority="1").minutes == 60


def test_new_target_ends_the_one_before_on_the_day_it_starts():
    manager = people.manager()

    targets.set_target(actor=manager, clock="update", minutes=60, calendar=office(), at=NOON, since=date(2026, 4, 1))

    rows = ServiceTarget.objects.filter(clock="update").order_by("since").values_list("minutes", "since", "until")
    assert list(rows) == [(960, date(2020, 1, 1), date(2026, 4, 1)), (60, date(2026, 4, 1), None)]


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"clock": "guess"}, {"since": date(2026, 3, 1)}])
def test_target_that_cannot_be_is_refused(wrong):
    plain = {"clock": "update", "minutes": 60, "calendar": office(), "at": NOON}

    with pytest.raises(TargetMakesNoSense):
        targets.set_target(actor=people.manager(), **plain | wrong)


def test_two_targets_for_the_same_on_one_day_cannot_be_stored():
    row = ServiceTarget.objects.filter(clock="update").get()
    row.pk, row.since = None, date(2026, 1, 1)

    with pytest.raises(Exception, match="one_target_per_clock_scope_and_day"):
        row.save(force_insert=True)


def test_tier_is_inherited_from_the_nearest_node_above():
    tree = helios()
    tree.europe.tier = "gold"
    tree.europe.save(update_fields=["tier"])
    tree.germany.tier = "silver"
    tree.germany.save(update_fields=["tier"])

    assert targets.tier_of(tree.lab) == ("silver", tree.germany)
    assert targets.tier_of(tree.europe) == ("gold", tree.europe)
    assert targets.tier_of(tree.us) == ("standard", None)


def test_step_that_does_not_say_when_is_refused():
    with pytest.raises(StepMakesNoSense, match="Say when"):
        ladder.define(actor=people.manager(), step=None, number=1, trigger="share", level="supervisor", at=NOON)
    with pytest.raises(StepMakesNoSense, match="one of our levels"):
        ladder.define(actor=people.manager(), step=None, number=1, trigger="tier", tier="gold", level="chief", at=NOON)


def test_step_says_in_words_when_it_is_taken():
    step = ladder.define(
        actor=people.manager(), step=None, number=2, trigger="share", clock="update", percent=90, level="manager", at=NOON
    )

    assert ladder.words(step) == "90 % of the target for “Update” are used up"
    assert LadderStep.objects.filter(pk=step.pk, number=2).exists()
