"""Coupons take off what they promise, once a period, and give back no more than was paid."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.timeline.models import Activity
from billing.catalog import coupons
from billing.money import Money
from billing.simulation import playing
from tests.billing.playing_book import documents, lines, play, totals, world
from tests.factories import billing, people

pytestmark = pytest.mark.django_db

START = ("2026-01-01", "subscribe", {"plan": "P"})


def test_percentage_is_taken_off_every_period_when_no_number_is_given():
    told = play(START, ("2026-01-01", "coupon", {"percent": "20"}), until="2026-03-01")

    assert lines(told) == [[("recurring", "100.00"), ("coupon", "-20.00")]] * 3


def test_coupon_ends_after_its_periods():
    told = play(START, ("2026-01-01", "coupon", {"percent": "20", "periods": 2}), until="2026-03-01")

    assert totals(told) == [("2026-01-01", "80.00"), ("2026-02-01", "80.00"), ("2026-03-01", "100.00")]


def test_amount_is_taken_off_each_period_but_never_below_zero():
    told = play(
        ("2026-01-01", "subscribe", {"plan": "Q"}),
        ("2026-01-01", "coupon", {"amount": "50.00", "periods": 1}),
        until="2026-02-01",
    )

    assert lines(told) == [[("recurring", "40.00"), ("coupon", "-40.00")], [("recurring", "40.00")]]


def test_coupon_for_a_plan_leaves_other_plans_alone():
    events = [
        ("2026-01-01", "subscribe", {"subscription": "A", "plan": "P"}),
        ("2026-01-01", "subscribe", {"subscription": "B", "plan": "Q"}),
        ("2026-01-01", "coupon", {"percent": "50", "plans": ["Q"]}),
    ]
    told = play(*events)

    assert lines(told) == [[("recurring", "100.00"), ("recurring", "40.00"), ("coupon", "-20.00")]]


def test_targeted_coupon_goes_before_a_general_one_that_works_on_the_rest():
    events = [START, ("2026-01-01", "coupon", {"percent": "10"}), ("2026-01-01", "coupon", {"amount": "30.00", "plans": ["P"]})]
    told = play(*events)

    assert lines(told) == [[("recurring", "100.00"), ("coupon", "-30.00"), ("coupon", "-7.00")]]


def test_coupon_lowers_the_tax_with_the_net():
    told = play(START, ("2026-01-01", "coupon", {"percent": "25"}), tax_rate="0.19")

    assert [(d["subtotal"], d["tax"], d["total"]) for d in documents(told)] == [("75.00", "14.25", "89.25")]


def test_cancellation_gives_back_what_was_paid_and_not_what_was_listed():
    events = [START, ("2026-01-01", "coupon", {"percent": "20"}), ("2026-01-16", "cancel", {})]
    told = play(*events, plans={"P": {"price": "31.00"}}, tax_rate="0.10")

    assert lines(told)[1] == [("proration_credit", "-16.00"), ("coupon", "3.20")]
    assert totals(told) == [("2026-01-01", "27.28"), ("2026-01-16", "-14.08")]


def test_change_of_plan_is_reduced_on_both_sides_within_one_period():
    events = [START, ("2026-01-01", "coupon", {"percent": "50", "periods": 1}), ("2026-01-16", "change_plan", {"plan": "PRO"})]
    told = play(*events, plans={"P": {"price": "31.00"}, "PRO": {"price": "62.00"}}, until="2026-02-01")

    assert lines(told)[1] == [("proration_credit", "-16.00"), ("recurring", "32.00"), ("coupon", "8.00"), ("coupon", "-16.00")]
    assert lines(told)[2] == [("recurring", "62.00")]


def test_voided_invoice_gives_back_its_total_to_the_cent():
    events = [START, ("2026-01-01", "coupon", {"percent": "33.33"}), ("2026-01-10", "void", {"invoice": 1})]
    told = play(*events, tax_rate="0.19")

    assert [d["total"] for d in documents(told)] == ["79.34", "-79.34"]


def test_late_run_takes_off_as_much_as_runs_in_time_would_have():
    events = [START, ("2026-01-01", "coupon", {"amount": "30.00", "periods": 2}), ("2026-03-05", "bill_run", {})]
    told = play(*events, until="2026-04-01", runs="listed")

    assert totals(told) == [("2026-03-05", "240.00")]


def test_set_up_fee_belongs_to_the_first_period():
    plans = {"P": {"price": "100.00", "setup_fee": "50.00"}}
    told = play(START, ("2026-01-01", "coupon", {"percent": "10", "periods": 1}), plans=plans, until="2026-02-01")

    assert totals(told) == [("2026-01-01", "135.00"), ("2026-02-01", "100.00")]


def test_usage_in_arrears_is_reduced_for_the_period_it_was_used_in():
    plans = {"P": {"charges": [{"metric": "calls", "model": "standard", "params": {"unit_price": "1.00"}}]}}
    events = [
        START,
        ("2026-01-05", "coupon", {"percent": "10", "periods": 1}),
        ("2026-01-09", "usage", {"metric": "calls", "units": "50"}),
    ]
    told = play(*events, ("2026-02-09", "usage", {"metric": "calls", "units": "50"}), plans=plans, until="2026-03-01")

    assert totals(told) == [("2026-02-01", "45.00"), ("2026-03-01", "50.00")]


def test_coupon_redeemed_later_reaches_back_to_no_earlier_invoice():
    told = play(START, ("2026-01-10", "coupon", {"percent": "10"}), until="2026-02-01")

    assert totals(told) == [("2026-01-01", "100.00"), ("2026-02-01", "90.00")]


SENSELESS = [
    {},
    {"percent": "10", "amount": "5.00"},
    {"percent": "0"},
    {"percent": "101"},
    {"amount": "-1.00"},
    {"percent": "10", "periods": 0},
    {"percent": "10", "periods": "two"},
    {"percent": "10", "plans": ["X"]},
]


@pytest.mark.parametrize("args", SENSELESS)
def test_coupon_that_makes_no_sense_is_refused_and_changes_nothing(args):
    told = playing.play(world(START, ("2026-01-01", "coupon", args)))

    assert [refused["event"] for refused in told["refused"]] == [1]
    assert totals(told) == [("2026-01-01", "100.00")]


@pytest.mark.django_db
def test_who_defines_a_coupon_and_who_changes_it_stands_on_the_timeline():
    first, second = people.manager(), people.manager()
    for actor, percent in ((first, 10), (first, 10), (second, 20)):
        coupons.define(actor=actor, at=billing.NOON, code="spring", name="Spring", percent=Decimal(percent))

    told = Activity.objects.filter(kind="billing.coupon_defined").order_by("pk")

    assert [(one.actor_id, one.facts["coupon"], one.facts["changed"]) for one in told] == [
        (first.pk, "spring", "Name, takes off"), (second.pk, "spring", "takes off"),
    ]  # fmt: skip
    assert (told[1].facts["before"], told[1].facts["after"]) == ({"takes_off": "10 % off"}, {"takes_off": "20 % off"})


def test_redeemed_coupon_never_changes():
    coupon = coupons.define(actor=None, at=billing.NOON, code="spring", name="Spring", percent=Decimal(10))
    coupons.mark_used(coupon)

    with pytest.raises(coupons.CouponInUse):
        coupons.define(actor=None, at=billing.NOON, code="spring", name="Spring", amount=Money.of("5.00", "EUR"))
    with pytest.raises(DatabaseError), transaction.atomic():
        type(coupon).objects.filter(pk=coupon.pk).update(percent=Decimal(20))
