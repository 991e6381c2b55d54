"""Phases: trials, introductions one after the other, and plans that end with their term."""

import pytest

from billing.simulation import playing
from tests.billing.playing_book import documents, play, totals, world

pytestmark = pytest.mark.django_db

START = ("2026-01-01", "subscribe", {"plan": "P"})


def _phases(*phases, **more):
    return {"P": {"phases": list(phases)} | more}


def test_introductions_follow_each_other_before_the_price_that_lasts():
    plans = _phases(
        {"type": "trial", "days": 31},
        {"type": "discount", "price": "10.00", "months": 2},
        {"type": "discount", "price": "20.00", "periods": 1},
        {"type": "evergreen", "price": "30.00"},
    )
    told = play(START, plans=plans, until="2026-05-31")

    assert totals(told) == [("2026-02-01", "10.00"), ("2026-03-01", "10.00"), ("2026-04-01", "20.00"), ("2026-05-01", "30.00")]


def test_trial_of_a_month_ends_on_the_last_day_of_a_shorter_month():
    plans = _phases({"type": "trial", "months": 1}, {"type": "evergreen", "price": "30.00"})
    told = play(("2026-01-31", "subscribe", {"plan": "P"}), plans=plans, until="2026-03-28")

    assert totals(told) == [("2026-02-28", "30.00"), ("2026-03-28", "30.00")]


def test_half_a_year_of_discount_on_a_yearly_plan_is_shared_by_days():
    plans = _phases(
        {"type": "discount", "price": "365.00", "months": 6}, {"type": "evergreen", "price": "730.00"}, interval="year"
    )
    told = play(START, plans=plans, until="2026-12-31")

    assert totals(told) == [("2026-01-01", "181.00"), ("2026-07-01", "368.00")]


def test_plan_of_a_fixed_term_ends_with_it():
    plans = _phases({"type": "fixed_term", "price": "50.00", "duration": {"unit": "MONTHS", "number": 3}})
    told = play(START, plans=plans, until="2026-12-31")

    assert totals(told) == [("2026-01-01", "50.00"), ("2026-02-01", "50.00"), ("2026-03-01", "50.00")]


def test_plan_of_a_fixed_term_goes_on_under_another_plan_from_its_end():
    plans = _phases({"type": "fixed_term", "price": "50.00", "months": 2}) | {"Q": {"price": "80.00"}}
    told = play(START, ("2026-01-20", "change_plan", {"plan": "Q", "policy": "end_of_term"}), plans=plans, until="2026-03-31")

    assert totals(told) == [("2026-01-01", "50.00"), ("2026-02-01", "50.00"), ("2026-03-01", "80.00")]


def test_change_after_the_fixed_term_is_refused():
    plans = _phases({"type": "fixed_term", "price": "50.00", "months": 2})
    told = playing.play(world(START, ("2026-03-20", "set_quantity", {"quantity": 2}), plans=plans, until="2026-05-01"))

    assert [refused["code"] for refused in told["refused"]] == ["already_cancelled"]
    assert [document["total"] for document in documents(told)] == ["50.00", "50.00"]


def test_term_that_renews_keeps_a_cancellation_for_its_end():
    plans = {"P": {"price": "10.00", "term_months": 3}}
    told = play(START, ("2026-04-10", "cancel", {"policy": "end_of_term"}), plans=plans, until="2026-12-31")

    assert [day for day, _ in totals(told)] == [f"2026-0{month}-01" for month in range(1, 7)]


@pytest.mark.parametrize(
    "phases",
    [
        "trial",
        ["trial"],
        [{"type": "trial", "days": 3}],
        [{"type": "discount", "price": "1.00"}, {"type": "evergreen", "price": "2.00"}],
        [{"type": "evergreen"}],
        [{"type": "evergreen", "price": "2.00", "colour": "red"}],
        [{"type": "evergreen", "price": "2.00"}, {"type": "trial", "days": 3}],
        [{"type": "discount", "price": "1.00", "months": -3}, {"type": "evergreen", "price": "2.00"}],
    ],
)
def test_phases_that_make_no_sense_are_refused_by_name(phases):
    try:
        told = playing.play(world(START, plans={"P": {"phases": phases}}))
    except playing.scenario.BadScenario as refusal:
        assert refusal.reason.startswith("Plan P: ")
    else:
        assert [refused["event"] for refused in told["refused"]] == [None]
