"""Amendments: the invoice that results equals the quote to the cent, and what is stale, expired or repeated changes nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.amendments import applying, quoting
from billing.amendments.quoting import Change
from billing.invoices import run
from billing.invoices.models import Document
from billing.ledger import balances, proof
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)


@pytest.fixture
def _berlin():
    berlin = customers.group("Berlin")
    subscription = billing.subscribed(
        berlin, billing.version(price="9.99"), quantity=7, tax_rate="0.19", term_months=0, notice_days=0
    )
    billing.version("MAX", "31.37")
    run.bill(payer=berlin, on=FIRST, at=billing.NOON)
    return subscription, people.administrator(berlin)


def _quote(subscription, actor, change, today, at=None):
    return quoting.quote(actor=actor, subscription=subscription, change=change, at=at or _noon(today), today=today)


def _noon(day):
    return billing.NOON + timedelta(days=(day - FIRST).days)


CHANGES = st.one_of(
    st.integers(1, 500).filter(lambda quantity: quantity != 7).map(lambda quantity: Change("set_quantity", quantity=quantity)),
    st.sampled_from([Change("change_plan", plan_code="MAX"), Change("pause"), Change("cancel")]),
)


@settings(max_examples=200)
@given(change=CHANGES, days=st.integers(0, 30))
def test_invoice_equals_its_quote_to_the_cent(_berlin, change, days):
    subscription, actor = _berlin
    today = FIRST + timedelta(days=days)
    sid = applying.transaction.savepoint()
    before = balances.owed_by(subscription.customer).get("EUR", 0)
    quote = _quote(subscription, actor, change, today)
    applied = applying.apply(actor=actor, token=quote.token, at=_noon(today), today=today)

    assert balances.owed_by(subscription.customer).get("EUR", 0) - before == applied.outcome["total_minor"]
    assert proof.faults() == []
    applying.transaction.savepoint_rollback(sid)


def test_applying_twice_changes_once(_berlin):
    subscription, actor = _berlin
    quote = _quote(subscription, actor, Change("set_quantity", quantity=10), date(2026, 1, 16))
    for _ in range(2):
        applying.apply(actor=actor, token=quote.token, at=_noon(date(2026, 1, 16)), today=date(2026, 1, 16))

    assert subscription.events.count() == 2
    assert Document.objects.count() == 2


def test_expired_quote_is_refused_and_changes_nothing(_berlin):
    subscription, actor = _berlin
    quote = _quote(subscription, actor, Change("set_quantity", quantity=10), FIRST)

    with pytest.raises(applying.QuoteExpired):
        applying.apply(actor=actor, token=quote.token, at=billing.NOON + timedelta(minutes=30), today=FIRST)
    assert subscription.events.count() == 1


def test_stale_quote_says_what_changed_meanwhile(_berlin):
    subscription, actor = _berlin
    first, second = (_quote(subscription, actor, Change("set_quantity", quantity=n), FIRST) for n in (10, 12))
    applying.apply(actor=actor, token=second.token, at=billing.NOON, today=FIRST)

    with pytest.raises(applying.QuoteIsStale, match="12 seats"):
        applying.apply(actor=actor, token=first.token, at=billing.NOON, today=FIRST)
