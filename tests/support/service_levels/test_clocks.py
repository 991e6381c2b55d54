"""Which clocks run after what happened, when they stop and when they wait."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from support.service_levels import clocks
from support.service_levels.clock import Calendar
from support.service_levels.clocks import Event

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALWAYS = Calendar.around_the_clock(ZoneInfo("UTC"))


def hour(number):
    return START + timedelta(hours=number)


def runs(*happened):
    return clocks.of(Event(hour(at), what) for at, what in happened)


def of_kind(found, kind):
    return [(run.since, run.stopped_at) for run in found if run.kind == kind]


def test_first_answer_stops_the_first_response_and_starts_the_update():
    found = runs((0, clocks.OPENED), (2, clocks.ANSWERED))

    assert of_kind(found, clocks.FIRST) == [(hour(0), hour(2))]
    assert of_kind(found, clocks.UPDATE) == [(hour(2), None)]
    assert of_kind(found, clocks.RESOLUTION) == [(hour(0), None)]


def test_next_response_runs_from_the_first_word_not_answered():
    found = runs(
        (0, clocks.OPENED), (1, clocks.ANSWERED), (2, clocks.CUSTOMER_WROTE), (3, clocks.CUSTOMER_WROTE), (5, clocks.ANSWERED)
    )

    assert of_kind(found, clocks.NEXT) == [(hour(2), hour(5))]


def test_word_before_the_first_answer_starts_no_second_clock():
    found = runs((0, clocks.OPENED), (0, clocks.CUSTOMER_WROTE), (1, clocks.CUSTOMER_WROTE))

    assert of_kind(found, clocks.NEXT) == []


def test_resolution_waits_while_the_customer_is_asked():
    found = runs((0, clocks.OPENED), (1, clocks.ASKED), (4, clocks.CUSTOMER_WROTE))
    resolution = clocks.going(found, clocks.RESOLUTION)

    assert resolution.due(ALWAYS, timedelta(hours=2)) == hour(5)
    assert resolution.used(ALWAYS, hour(6)) == timedelta(hours=3)


def test_nothing_is_due_while_we_wait_for_the_customer():
    found = runs((0, clocks.OPENED), (1, clocks.ASKED))

    assert clocks.going(found, clocks.RESOLUTION).due(ALWAYS, timedelta(hours=2)) is None
    assert clocks.going(found, clocks.UPDATE).due(ALWAYS, timedelta(hours=2)) is None
    assert clocks.going(found, clocks.RESOLUTION).used(ALWAYS, hour(9)) == timedelta(hours=1)


def test_second_answer_while_we_wait_starts_no_update():
    found = runs((0, clocks.OPENED), (1, clocks.ASKED), (2, clocks.ANSWERED))

    assert clocks.going(found, clocks.UPDATE) is None


def test_reopened_ticket_goes_on_with_its_resolution_and_owes_an_answer():
    found = runs((0, clocks.OPENED), (1, clocks.ANSWERED), (1, clocks.RESOLVED), (5, clocks.CUSTOMER_WROTE), (5, clocks.REOPENED))

    assert clocks.going(found, clocks.RESOLUTION).used(ALWAYS, hour(6)) == timedelta(hours=2)
    assert of_kind(found, clocks.NEXT) == [(hour(5), None)]
    assert of_kind(found, clocks.UPDATE) == [(hour(1), hour(1))]


def test_answer_at_the_opening_takes_no_time():
    found = runs((0, clocks.OPENED), (0, clocks.ANSWERED))

    assert of_kind(found, clocks.FIRST) == [(hour(0), hour(0))]
