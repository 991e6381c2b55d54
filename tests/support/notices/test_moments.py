"""Quiet hours and digests in the person's own time, also where clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.notices import moments

BERLIN, NIGHT = "Europe/Berlin", {"since": time(22), "until": time(7)}


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(BERLIN))


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (at(2, 21, 59), None), (at(2, 22), at(3, 7)), (at(3, 3), at(3, 7)), (at(3, 6, 59), at(3, 7)), (at(3, 7), None),
        (at(28, 23), at(29, 7)),  # the night the clock goes forward
    ],
)  # fmt: skip
def test_night_holds_until_morning(moment, end):
    assert moments.end_of_quiet(moment.astimezone(UTC), zone=BERLIN, **NIGHT) == end


def test_quiet_hours_within_a_day_hold_until_their_end():
    assert moments.end_of_quiet(at(2, 13), zone=BERLIN, since=time(12), until=time(14)) == at(2, 14)
    assert moments.end_of_quiet(at(2, 11), zone=BERLIN, since=time(12), until=time(14)) is None


def test_without_quiet_hours_nothing_waits():
    assert moments.end_of_quiet(at(2, 3), zone=BERLIN, since=None, until=None) is None


def test_quiet_hours_are_those_of_the_persons_zone():
    noon_in_berlin = at(2, 12)

    assert moments.end_of_quiet(noon_in_berlin, zone="America/Los_Angeles", **NIGHT).astimezone(UTC).hour == 15


def test_digest_comes_at_its_hour_today_or_tomorrow():
    assert moments.next_daily(at(2, 6), zone=BERLIN, when=time(7)) == at(2, 7)
    assert moments.next_daily(at(2, 7), zone=BERLIN, when=time(7)) == at(3, 7)


def test_weekly_digest_comes_on_its_day():
    assert moments.next_weekly(at(2, 8), zone=BERLIN, when=time(7), weekday=0) == at(9, 7)  # the second is a Monday
    assert moments.next_weekly(at(3, 8), zone=BERLIN, when=time(7), weekday=4) == at(6, 7)


MINUTES = st.integers(0, 366 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Australia/Lord_Howe"])


@given(MINUTES, st.times(), st.times(), st.integers(0, 6), ZONES)
def test_what_waits_goes_out_later_and_within_its_span(moment, since, until, weekday, zone):
    end = moments.end_of_quiet(moment, zone=zone, since=since, until=until)
    daily, weekly = (
        moments.next_daily(moment, zone=zone, when=since),
        moments.next_weekly(moment, zone=zone, when=since, weekday=weekday),
    )

    assert end is None or (end - moment).total_seconds() <= 25 * 3600
    assert 0 < (daily - moment).total_seconds() <= 26 * 3600
    assert 0 < (weekly - moment).total_seconds() <= 8 * 24 * 3600
