"""Usage that is billed on the day of use: each day what the cycle's price grows by."""

import pytest

from tests.billing.playing_book import lines, play, totals

pytestmark = pytest.mark.django_db

START = ("2026-01-01", "subscribe", {"plan": "P"})


def _plan(model, params, **more):
    return {"P": {"charges": [{"metric": "calls", "model": model, "params": params, "billing": "in_advance"}]} | more}


def _used(day, units, **more):
    return day, "usage", {"metric": "calls", "units": units} | more


GRADUATED = {"tiers": [{"up_to": 10, "unit_price": "1.00"}, {"up_to": None, "unit_price": "0.50"}]}


def test_each_day_of_use_is_billed_on_that_day():
    told = play(START, _used("2026-01-05", "3"), _used("2026-01-20", "4"), plans=_plan("standard", {"unit_price": "2.00"}))

    assert totals(told) == [("2026-01-05", "6.00"), ("2026-01-20", "8.00")]
    assert lines(told) == [[("usage", "6.00")], [("usage", "8.00")]]


def test_tiers_go_on_within_a_cycle_and_start_anew_with_the_next():
    used = [_used("2026-01-05", "8"), _used("2026-01-20", "4"), _used("2026-02-03", "12")]
    told = play(START, *used, plans=_plan("graduated", GRADUATED), until="2026-02-10")

    assert totals(told) == [("2026-01-05", "8.00"), ("2026-01-20", "3.00"), ("2026-02-03", "11.00")]


def test_free_units_cost_nothing_until_they_are_used_up():
    plans = _plan("package", {"package_price": "5.00", "package_size": 10, "free_units": 10})
    told = play(START, _used("2026-01-05", "10"), _used("2026-01-06", "1"), _used("2026-01-07", "1"), plans=plans)

    assert totals(told) == [("2026-01-06", "5.00")]


def test_late_use_is_billed_once_and_moves_later_days_of_its_cycle():
    used = [_used("2026-01-20", "8"), _used("2026-01-25", "4", at="2026-01-10")]
    told = play(START, *used, plans=_plan("graduated", GRADUATED), until="2026-03-01")

    assert totals(told) == [("2026-01-20", "8.00"), ("2026-01-25", "3.00")]


def test_recurring_price_and_use_stand_side_by_side():
    plans = _plan("standard", {"unit_price": "2.00"}, price="10.00")
    told = play(START, _used("2026-01-01", "1"), _used("2026-01-31", "1"), plans=plans, until="2026-02-01")

    assert totals(told) == [("2026-01-01", "12.00"), ("2026-01-31", "2.00"), ("2026-02-01", "10.00")]


def test_use_after_the_end_of_service_is_not_billed():
    events = [START, ("2026-01-10", "cancel", {})]
    told = play(*events, plans=_plan("standard", {"unit_price": "2.00"}))

    assert totals(told) == []
