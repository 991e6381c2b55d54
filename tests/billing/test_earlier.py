"""What planning reads of lines issued before: the last one of a plain life says as much as all of them."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.contracts import events, histories
from billing.invoices import earlier, newline, plain, planning, run
from billing.invoices.models import Coverage, Document, Line
from tests.factories import billing, customers

FIRST, NOON, DAY = date(2026, 1, 1), billing.NOON, timedelta(days=1)
ALIGNMENTS = [{"type": "anniversary"}, {"type": "bcd", "day": 1}, {"type": "bcd", "day": 31}, {"type": "calendar"}]
# What may be wrong with one line of a chain: a column, and what it becomes.
SLIPS = [
    ("since", lambda line: line.since + DAY), ("until", lambda line: line.until - DAY), ("price_key", lambda line: "OTHER@1"),
    ("cycle_since", lambda line: line.cycle_since - DAY), ("cycle_until", lambda line: line.cycle_until + DAY),
    ("charge_code", lambda line: "other"), ("kind", lambda line: "usage"), ("covered_until", lambda line: line.until - DAY),
    ("left_out", lambda line: True), ("trued_up", lambda line: True), ("credited_minor", lambda line: 100),
]  # fmt: skip


def lines_of(history, count):
    """The first lines that are wanted, as planning would have issued them."""
    planned = plain.plan_for(history, [], up_to=history.events[0].effective_on + timedelta(days=31 * count))[:count]
    return [
        Line(kind=newline.RECURRING, since=line.since, until=line.until, charge_code=line.charge_code, price_key=line.price_key,
             cycle_since=line.cycle.since, cycle_until=line.cycle.until, amount_minor=line.amount_minor)
        for line in planned
    ]  # fmt: skip


def store(subscription, lines, slip, slipped):
    """Put the lines on a draft, with one of them slipped."""
    customer, contract = subscription.customer, subscription.contract
    draft = Document.objects.create(
        kind="invoice", legal_entity=contract.legal_entity, customer=customer, receiver=customer, currency="EUR"
    )
    for place, line in enumerate(lines):
        line.document, line.position, line.customer, line.subscription = draft, place + 1, customer, subscription
        said = {name: becomes(line) for name, becomes in [slip] if place == slipped}
        for name in said.keys() - {"covered_until", "left_out", "trued_up"}:
            setattr(line, name, said[name])
        if "left_out" in said:
            continue
        assume(line.since < line.until)  # a line of one day cannot lose one
        line.save()
        days = DateRange(line.since, said.get("covered_until", line.until))
        Coverage.objects.create(subscription=subscription, charge_code=line.charge_code, days=days, line=line)
        if "trued_up" in said:
            line.pk, line.kind, line.position = None, newline.TRUE_UP, 1000
            line.save(force_insert=True)


def everything(known, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(plain, "is_plain", lambda history: False)
        return earlier.issued(known)


@pytest.mark.django_db
@settings(max_examples=150)
@given(
    st.sampled_from(ALIGNMENTS), st.integers(0, 60), st.integers(1, 5), st.sampled_from(SLIPS), st.integers(0, 5),
    st.integers(0, 200),
)  # fmt: skip
def test_plan_with_the_last_line_is_the_plan_with_all_of_them(alignment, start, count, slip, slipped, later):
    with transaction.atomic(), pytest.MonkeyPatch.context() as monkeypatch:
        since = FIRST + timedelta(days=start)
        subscription = billing.subscribed(customers.group("Payer"), on=since, quantity=2)
        subscription.contract.alignment = alignment
        history = histories.history_of(subscription)
        store(subscription, lines_of(history, count), slip, slipped)
        known, day = {subscription: history}, since + timedelta(days=later)

        short, whole = earlier.issued(known)[subscription.pk], everything(known, monkeypatch)[subscription.pk]

        def told(planned):
            return [(line, line.derivation) for line in planned]

        assert told(plain.plan_for(history, short, up_to=day)) == told(planning.plan_for(history, whole, up_to=day))
        assert len(short) == 1 or sorted(short, key=str) == sorted(whole, key=str)
        assert slipped < count or isinstance(short, plain.Reached)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_life_that_changed_is_read_as_a_whole():
    subscription = billing.subscribed(customers.group("Payer"), quantity=2)
    for month in (1, 2, 3):
        run.bill(payer=subscription.customer, on=date(2026, month, 1), at=NOON)
    kept = earlier.issued({subscription: histories.history_of(subscription)})[subscription.pk]
    events.add(actor=None, subscription=subscription, what="set_quantity", quantity=3, effective_on=date(2026, 4, 1), at=NOON)

    changed = earlier.issued({subscription: histories.history_of(subscription)})[subscription.pk]

    assert [line.since for line in kept] == [date(2026, 3, 1)]
    assert [line.since for line in changed] == [FIRST, date(2026, 2, 1), date(2026, 3, 1)]


@pytest.mark.django_db
def test_lines_of_plain_lives_take_one_statement():
    known = {}
    for number in range(3):
        subscription = billing.subscribed(customers.group(f"Payer {number}"))
        run.bill(payer=subscription.customer, on=FIRST, at=NOON)
        known[subscription] = histories.history_of(subscription)

    with CaptureQueriesContext(connection) as asked:
        found = earlier.issued(known)

    assert (len(asked), [len(found[subscription.pk]) for subscription in known]) == (1, [1, 1, 1])
