"""Recognition: what is deferred and what is recognised always add up to the net of the line, whatever happens to it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.segments.models import Condition
from billing.contracts import events
from billing.invoices import credit_notes, proof, recognition, run
from billing.invoices.models import Line
from billing.ledger import posting, spreading
from billing.ledger.models import Posting, Recognition
from billing.ledger.posting import PostingLine
from billing.reports import revenue
from tests.factories import billing, customers, people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def held(account):
    return -sum(Posting.objects.filter(account=account).values_list("amount_minor", flat=True))


def month(number):
    return recognition.recognise(month=date(2026, number, 1), at=noon(date(2026, number, 28)))


@pytest.fixture
def yearly():
    """A year for 1,000.00, billed in advance on its first day."""
    version = billing.version(price="1000.00", interval="year")
    subscription = billing.subscribed(group("Berlin"), version, alignment={"type": "anniversary"})
    run.bill(payer=subscription.customer, on=FIRST, at=noon(FIRST))
    return subscription


@settings(max_examples=300)
@given(amount=st.integers(-(10**12), 10**12), since=DAYS, days=st.integers(1, 1500))
def test_parts_of_the_months_add_up_to_the_amount(amount, since, days):
    parts = list(spreading.by_month(amount, since, since + timedelta(days=days)))

    assert sum(part for _, part in parts) == amount
    assert all(part * amount >= 0 for _, part in parts)


def test_what_is_billed_for_a_year_is_deferred_and_recognised_month_by_month(yearly):
    assert (held("revenue"), held("deferred_revenue")) == (0, 100000)

    found = [month(number) for number in range(1, 13)]

    assert [one.amounts["EUR"] for one in found][:3] == [8493, 7671, 8494]
    assert (held("revenue"), held("deferred_revenue")) == (100000, 0)
    assert proof.faults() == []


def test_recognising_a_month_twice_recognises_it_once(yearly):
    month(1)
    again = month(1)

    assert again.lines == 0
    assert held("revenue") == 8493


def test_a_month_nobody_recognised_is_caught_up(yearly):
    recognition.recognise_ended_months(today=date(2026, 4, 10), at=noon(date(2026, 4, 10)))

    assert [r.month.month for r in Recognition.objects.order_by("month")] == [1, 2, 3]
    assert held("revenue") == spreading.earned_by(100000, FIRST, date(2027, 1, 1), date(2026, 4, 1))


def test_what_is_charged_for_no_later_days_is_revenue_at_once():
    billing.invoice(group("Berlin"), 5000)
    billing.subscribed(group("Lab"), billing.version(price="31.00", billing="in_arrears"))
    lab = customers.Customer.objects.get(name="Lab")
    run.bill(payer=lab, on=date(2026, 2, 1), at=noon(date(2026, 2, 1)))

    assert (held("revenue"), held("deferred_revenue")) == (8100, 0)


def test_credit_of_unused_days_takes_back_what_was_deferred(yearly):
    month(1)
    events.add(actor=None, subscription=yearly, what="cancel", effective_on=date(2026, 2, 1), at=noon(FIRST))
    run.bill(payer=yearly.customer, on=date(2026, 2, 1), at=noon(date(2026, 2, 1)))

    for number in range(2, 13):
        month(number)

    net = Line.objects.aggregate(net=Sum("amount_minor"))["net"]
    assert (held("revenue"), held("deferred_revenue")) == (net, 0)
    assert net == 8493
    assert proof.faults() == []


def test_partial_credit_is_spread_over_the_days_of_its_line(yearly):
    line, on = Line.objects.get(), date(2026, 7, 2)
    credit_notes.credit_line(actor=None, line=line, reason="Half", on=on, at=noon(on), key="h", amount_minor=50000)
    recognition.recognise_ended_months(today=date(2026, 8, 1), at=noon(date(2026, 8, 1)))

    earned = spreading.earned_by(100000, FIRST, date(2027, 1, 1), date(2026, 8, 1))
    back = spreading.earned_by(-50000, FIRST, date(2027, 1, 1), date(2026, 8, 1))
    assert held("revenue") == earned + back


def test_discount_is_earned_with_what_it_reduces():
    customer = group("Berlin")
    asks, approves = people.person(), people.person()
    Condition.objects.create(
        kind="discount", value="10", since=FIRST, asked_by=asks, asked_at=noon(FIRST), approved_by=approves,
        approved_at=noon(FIRST), customer=customer,
    )  # fmt: skip
    billing.subscribed(customer, billing.version(price="100.00", interval="quarter"))
    run.bill(payer=customer, on=FIRST, at=noon(FIRST))

    month(1)

    assert (held("revenue"), held("deferred_revenue")) == (3444 - 344, 9000 - 3444 + 344)
    assert proof.faults() == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("recognise"), st.integers(1, 14)),
        st.tuples(st.just("credit"), st.integers(1, 40000)),
        st.tuples(st.just("quantity"), st.integers(1, 9)),
        st.tuples(st.just("bill"), st.integers(1, 400)),
    ),
    max_size=7,
)


@settings(max_examples=60)
@given(steps=STEPS, price=st.integers(1, 99999))
def test_deferred_and_recognised_are_the_net_of_the_lines_whatever_happens(steps, price):
    point = transaction.savepoint()
    customer = group("Berlin")
    version = billing.version(price=f"{price / 100:.2f}", interval="quarter")
    subscription = billing.subscribed(customer, version, quantity=2)
    run.bill(payer=customer, on=FIRST, at=noon(FIRST))
    for turn, (what, number) in enumerate(steps):
        _take(what, number, subscription, turn)

    net = Line.objects.aggregate(net=Sum("amount_minor"))["net"]
    assert held("revenue") + held("deferred_revenue") == net
    assert proof.faults() == []
    later = revenue.coming("EUR", first=FIRST, count=3)
    assert sum(one.amount_minor for one in later) == held("deferred_revenue")
    transaction.savepoint_rollback(point)


def _take(what, number, subscription, turn):
    day = FIRST + timedelta(days=number)
    if what == "recognise":
        recognition.recognise(month=date(2026 + (number - 1) // 12, (number - 1) % 12 + 1, 1), at=noon(FIRST))
    elif what == "bill":
        run.bill(payer=subscription.customer, on=day, at=noon(day))
    elif what == "quantity":
        if subscription.events.order_by("-sequence").first().quantity != number:
            on = FIRST + timedelta(days=40)
            events.add(
                actor=None, subscription=subscription, what="set_quantity", effective_on=on, quantity=number, at=noon(FIRST)
            )
    else:
        line = Line.objects.filter(corrects=None, amount_minor__gt=0).order_by("-pk").first()
        left = line.amount_minor - line.credited_minor
        if left > 0:
            part = min(left, number)
            credit_notes.credit_line(actor=None, line=line, reason="x", on=day, at=noon(day), key=f"k{turn}", amount_minor=part)


def test_nobody_recognises_more_than_a_line_or_a_month_twice(yearly):
    month(1)
    kept = Recognition.objects.get()

    with pytest.raises(DatabaseError), transaction.atomic():
        Recognition.objects.create(line=kept.line, month=date(2026, 2, 1), amount_minor=100000, entry=kept.entry)
    with pytest.raises(DatabaseError), transaction.atomic():
        Recognition.objects.create(line=kept.line, month=kept.month, amount_minor=1, entry=kept.entry)
    with pytest.raises(DatabaseError), transaction.atomic():
        Recognition.objects.update(amount_minor=1)


def test_proof_finds_a_posting_that_no_line_stands_behind(yearly):
    customer = yearly.customer
    sides = [PostingLine(posting.DEFERRED_REVENUE, 7, "EUR", customer), PostingLine(posting.REVENUE, -7, "EUR", customer)]
    posting.post(what="revenue_recognised", about_ref="2026-01", key="made-up", postings=sides, on=FIRST, at=noon(FIRST))

    assert any("recognised" in fault for fault in proof.faults())
    assert any("deferred" in fault for fault in proof.faults())


def test_what_is_still_to_be_earned_follows_the_schedule_of_the_lines(yearly):
    month(1)
    coming = revenue.coming("EUR", first=date(2026, 2, 1), count=12)

    parts = [part for _, part in spreading.by_month(100000, FIRST, date(2027, 1, 1))]
    assert [one.amount_minor for one in coming] == [*parts[1:], 0]
