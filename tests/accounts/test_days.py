"""A moment is a day only where somebody stands."""

from datetime import UTC, date, datetime

import pytest

from accounts.days import UnknownMoment, day_begins, earliest_day, latest_day, local_day

LATE = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 11, 27)),
        ("Europe/Berlin", date(2026, 11, 28)),
        ("America/New_York", date(2026, 11, 27)),
        ("Pacific/Kiritimati", date(2026, 11, 28)),
    ],
)
def test_day_of_a_moment_is_that_of_the_zone(zone, day):
    assert local_day(LATE, zone) == day


def test_day_begins_an_hour_earlier_by_utc_in_summer():
    assert local_day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "Europe/Berlin") == date(2026, 7, 2)


def test_latest_day_is_the_next_one_from_ten_in_the_morning_by_utc():
    assert latest_day(datetime(2026, 11, 27, 9, 59, tzinfo=UTC)) == date(2026, 11, 27)
    assert latest_day(datetime(2026, 11, 27, 10, 0, tzinfo=UTC)) == date(2026, 11, 28)


def test_earliest_day_is_the_one_before_until_noon_by_utc():
    assert earliest_day(datetime(2026, 11, 27, 11, 59, tzinfo=UTC)) == date(2026, 11, 26)
    assert earliest_day(datetime(2026, 11, 27, 12, 0, tzinfo=UTC)) == date(2026, 11, 27)


def test_day_begins_where_somebody_stands():
    assert day_begins(date(2026, 11, 28), "Europe/Berlin") == datetime(2026, 11, 27, 23, 0, tzinfo=UTC)


def test_moment_without_its_zone_has_no_day():
    with pytest.raises(UnknownMoment, match="needs its time zone"):
        local_day(LATE.replace(tzinfo=None), "Europe/Berlin")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe/Berl\x00in"])
def test_zone_nobody_lists_is_refused_by_name(zone):
    with pytest.raises(UnknownMoment, match="not a time zone listed by IANA"):
        local_day(LATE, zone)
