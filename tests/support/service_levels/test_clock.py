"""The clock counts exactly the minutes we work: against a walk minute by minute, and at every edge by name."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.service_levels import clock
from support.service_levels.clock import Calendar, ClockNeverRuns, EndsBeforeItStarts, WindowWrong

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN, NEW_YORK, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("UTC")
# clocks that change by an hour, by half an hour, at midnight, one minute past midnight, and by a whole day
CHANGES = [
    (BERLIN, datetime(2025, 3, 30, tzinfo=UTC)),
    (BERLIN, datetime(2025, 10, 26, tzinfo=UTC)),
    (ZoneInfo("Australia/Lord_Howe"), datetime(2025, 4, 5, tzinfo=UTC)),
    (ZoneInfo("America/Santiago"), datetime(2025, 9, 7, tzinfo=UTC)),
    (ZoneInfo("America/St_Johns"), datetime(2010, 11, 7, tzinfo=UTC)),
    (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, tzinfo=UTC)),
    (ZoneInfo("Asia/Kathmandu"), datetime(2025, 6, 1, tzinfo=UTC)),
]


def hours(*windows, zone=BERLIN, days=range(5), holidays=()):
    spans = [(day, HOUR * start, HOUR * end) for day in days for start, end in windows]
    return clock.calendar(zone=zone, windows=spans, holidays=holidays)


def berlin(day, hour, minute=0, month=3, fold=0):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN, fold=fold)


def runs_at(on, instant, pauses):
    return on.is_open_at(instant) and not any(start <= instant < end for start, end in pauses)


def walked(on, start, end, pauses):
    """Count minute by minute, as one would with a finger on the clock."""
    minutes = int((end - start) / MINUTE)
    return sum(runs_at(on, start + n * MINUTE, pauses) for n in range(minutes))


def walked_to(on, start, minutes, pauses, most):
    """Walk until so many minutes ran; None when they do not within `most`."""
    for n in range(most):
        minutes -= runs_at(on, start + n * MINUTE, pauses)
        if minutes == 0:
            return start + (n + 1) * MINUTE


minutes_of_day = st.integers(0, 1440)
wall_window = st.tuples(st.integers(0, 6), minutes_of_day, minutes_of_day).filter(lambda w: w[1] < w[2])
windows = st.lists(wall_window, min_size=1, max_size=9)
pauses = st.lists(st.tuples(st.integers(-1000, 4000), st.integers(0, 900)), max_size=4)


@settings(max_examples=150)
@given(place=st.sampled_from(CHANGES), windows=windows, pauses=pauses, offset=st.integers(-2000, 2000), data=st.data())
def test_clock_agrees_with_a_walk_minute_by_minute(place, windows, pauses, offset, data):
    zone, near = place
    start = near + offset * MINUTE
    closed = data.draw(st.frozensets(st.dates(near.date() - DAY, near.date() + 3 * DAY), max_size=2))
    on = clock.calendar(zone=zone, windows=[(day, a * MINUTE, b * MINUTE) for day, a, b in windows], holidays=closed)
    stopped = [(start + a * MINUTE, start + (a + length) * MINUTE) for a, length in pauses]
    span, asked = data.draw(st.integers(0, 3000)), data.draw(st.integers(1, 600))

    assert clock.elapsed(on, start, start + span * MINUTE, stopped) == walked(on, start, start + span * MINUTE, stopped) * MINUTE
    expected = walked_to(on, start, asked, stopped, most=4000)
    # Python calls wall time in an hour that comes twice equal to no instant of another zone (PEP 495), so instants are compared.
    assert expected is None or clock.due(on, start, asked * MINUTE, stopped).astimezone(UTC) == expected


@settings(max_examples=100)
@given(asked=st.integers(0, 5000), offset=st.integers(0, 20_000), place=st.sampled_from(CHANGES))
def test_minutes_until_due_are_the_minutes_allowed(asked, offset, place):
    zone, near = place
    on, start = hours((8, 12), (13, 17), zone=zone), near + offset * MINUTE

    assert clock.elapsed(on, start, clock.due(on, start, asked * MINUTE)) == asked * MINUTE


def test_ticket_at_half_past_twelve_starts_its_clock_at_one():
    assert clock.due(hours((8, 12), (13, 17)), berlin(2, 12, 30), 60 * MINUTE) == berlin(2, 14)


def test_due_at_the_end_of_a_window_stays_there():
    assert clock.due(hours((8, 12), (13, 17)), berlin(2, 11), 60 * MINUTE) == berlin(2, 12)
    assert clock.due(hours((8, 12), (13, 17)), berlin(6, 16), 60 * MINUTE) == berlin(6, 17)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (berlin(2, 10), berlin(2, 10)),
        (berlin(2, 17), berlin(2, 17)),
        (berlin(2, 12, 30), berlin(2, 13)),
        (berlin(6, 18), berlin(9, 8)),
        (berlin(2, 7), berlin(2, 8)),
    ],
)
def test_no_minutes_are_due_at_once_or_when_the_clock_next_runs(start, due):
    assert clock.due(hours((8, 12), (13, 17)), start, timedelta()) == due


def test_hour_left_out_in_spring_is_never_worked_and_the_one_that_comes_twice_in_autumn_is():
    nights = hours((1, 4), days=range(7))

    assert clock.elapsed(nights, berlin(29, 0), berlin(29, 6)) == 2 * HOUR
    assert clock.elapsed(nights, berlin(25, 0, month=10), berlin(25, 6, month=10)) == 4 * HOUR


def test_window_that_begins_in_the_hour_left_out_opens_when_the_clock_has_jumped():
    early = clock.calendar(zone=BERLIN, windows=[(6, HOUR * 2 + 30 * MINUTE, HOUR * 5)])

    assert clock.due(early, berlin(29, 0), 30 * MINUTE) == berlin(29, 3, 30)


def test_around_the_clock_counts_every_minute_of_a_day_of_23_hours():
    always = Calendar.around_the_clock(BERLIN)

    assert clock.elapsed(always, berlin(29, 0), berlin(30, 0)) == 23 * HOUR
    assert clock.due(always, berlin(28, 12), 24 * HOUR) == berlin(29, 13)


def test_window_until_24_meets_the_one_from_midnight():
    late = hours((0, 2), (20, 24), days=range(7))

    assert clock.due(late, berlin(2, 23), 2 * HOUR) == berlin(3, 1)
    assert clock.due(late, berlin(2, 23), HOUR) == berlin(3, 0)


def test_window_past_midnight_goes_on_the_next_day_unless_that_is_a_holiday():
    night = clock.calendar(zone=BERLIN, windows=[(0, 22 * HOUR, 6 * HOUR)], holidays=[date(2026, 3, 10)])

    assert clock.due(night, berlin(2, 23), 3 * HOUR) == berlin(3, 2)
    assert clock.due(night, berlin(9, 23), 3 * HOUR) == berlin(17, 0)


def test_pauses_that_overlap_touch_or_lie_outside_hours_stop_the_clock_once():
    on = hours((9, 17))
    stopped = [
        (berlin(2, 7), berlin(2, 10)),
        (berlin(2, 9, 30), berlin(2, 11)),
        (berlin(2, 11), berlin(2, 12)),
        (berlin(2, 18), berlin(2, 19)),
        (berlin(2, 13), berlin(2, 13)),
    ]

    assert clock.due(on, berlin(2, 9), 60 * MINUTE, stopped) == berlin(2, 13)
    assert clock.elapsed(on, berlin(2, 9), berlin(2, 17), stopped) == 5 * HOUR


def test_pause_that_begins_when_the_time_is_used_up_moves_nothing():
    assert clock.due(hours((9, 17)), berlin(2, 9), HOUR, [(berlin(2, 10), berlin(2, 12))]) == berlin(2, 10)


def test_holiday_is_the_local_date_wherever_the_instant_is_written():
    on = hours((9, 17), zone=NEW_YORK, holidays=[date(2026, 7, 3)])
    start = datetime(2026, 7, 2, 20, 30, tzinfo=UTC)

    assert clock.due(on, start, 60 * MINUTE) == datetime(2026, 7, 6, 9, 30, tzinfo=NEW_YORK)


def test_seconds_are_kept():
    start = datetime(2026, 3, 2, 9, 59, 30, 500_000, tzinfo=UTC_ZONE)

    assert clock.due(hours((9, 10), zone=UTC_ZONE), start, MINUTE) == datetime(2026, 3, 3, 9, 0, 30, 500_000, tzinfo=UTC)


def test_clock_that_never_runs_is_refused():
    with pytest.raises(ClockNeverRuns, match="no hours at all"):
        clock.due(hours(), berlin(2, 9), HOUR)
    with pytest.raises(ClockNeverRuns, match="never used up"):
        clock.due(hours((9, 17)), berlin(2, 9), HOUR, [(berlin(2, 9), berlin(2, 9) + 30_000 * DAY)])


@pytest.mark.parametrize("window", [(9, 9), (25, 26), (24, 8), (-1, 3)])
def test_window_that_is_none_is_refused(window):
    with pytest.raises(WindowWrong):
        hours(window)


def test_stretch_pause_or_allowance_below_nothing_is_refused():
    on = hours((9, 17))

    with pytest.raises(EndsBeforeItStarts, match="stretch"):
        clock.elapsed(on, berlin(3, 9), berlin(2, 9))
    with pytest.raises(EndsBeforeItStarts, match="pause"):
        clock.due(on, berlin(2, 9), HOUR, [(berlin(2, 11), berlin(2, 10))])
    with pytest.raises(EndsBeforeItStarts, match="zero minutes"):
        clock.due(on, berlin(2, 9), -HOUR)
