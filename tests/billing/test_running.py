"""The run of a whole book: the same documents as one by one, in few statements, resumable, and nothing twice."""

import gc
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.timeline.models import Activity, Delivery
from billing.contracts import events
from billing.contracts.models import Subscription
from billing.invoices import plain, planning, proof, run
from billing.invoices.models import Coverage, Document, Line, NumberSeries
from billing.invoices.planning import Issued
from billing.invoices.running import carrying, trying, writing
from billing.invoices.running.models import BillingRun, BillingWork
from billing.ledger import proof as ledger
from billing.ledger.models import Entry, Posting
from billing.periods import Alignment, Interval
from billing.rating import due
from billing.rating.history import Event, History, Intro, PlanTerms, PricedCharge
from tests.factories import billing, customers

FIRST, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
NOON = billing.NOON


def book_of(*quantities, **terms):
    return [billing.subscribed(customers.group(f"Payer {n}"), quantity=n, tax_rate="0.19", **terms) for n in quantities]


def rows(model, *left_out):
    names = [
        field.attname for field in model._meta.concrete_fields if field.attname not in {"id", "xid", "recorded_at", *left_out}
    ]
    found = model.objects.exclude(kind="billing.run_finished") if model is Activity else model.objects
    return sorted(found.values_list(*names), key=str)


def books():
    """Everything that issuing writes, without the keys that a second writing would not share."""
    return [
        rows(Document), rows(Line, "document_id"), rows(Coverage, "line_id"), rows(Entry),
        rows(Posting, "entry_id", "document_id"), rows(Activity), rows(Delivery, "activity_id"), rows(NumberSeries),
        rows(Subscription),
    ]  # fmt: skip


@pytest.mark.django_db
def test_run_writes_what_billing_one_by_one_writes():
    running = book_of(1, 2, 7)
    responsibilities.set_receiver(
        actor=None, customer=running[0].customer, receiver=customers.below(running[0].customer), since=FIRST, at=NOON
    )
    before = transaction.savepoint()
    for subscription in running:
        run.bill(payer=Customer.objects.get(pk=subscription.customer_id), on=FIRST, at=NOON)
    one_by_one = books()
    transaction.savepoint_rollback(before)

    result = carrying.bill_due(on=FIRST, at=NOON)

    assert result.documents == 3
    for together, alone in zip(books(), one_by_one, strict=True):
        assert together == alone
    assert (proof.faults(), ledger.faults()) == ([], [])


@pytest.mark.django_db
def test_second_run_finds_nothing_and_leaves_no_row():
    book_of(1, 2)
    carrying.bill_due(on=FIRST, at=NOON)
    runs = BillingRun.objects.count()

    again = carrying.bill_due(on=FIRST, at=NOON)

    assert (again.documents, BillingRun.objects.count(), runs, Document.objects.count()) == (0, 1, 1, 2)


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_payers_of_a_chunk():
    def statements(count):
        book_of(*range(1, count + 1))
        with CaptureQueriesContext(connection) as asked:
            carrying.bill_due(on=FIRST, at=NOON)
        return len(asked)

    assert statements(110) == statements(220)


def sites_of(entity, count):
    sites = [customers.below(entity, country="", tax_id="") for _ in range(count)]
    return [billing.subscribed(site, billing.version(price="62.00"), tax_by_place=True) for site in sites]


@pytest.mark.django_db
def test_payers_without_legal_data_of_their_own_are_told_with_their_entity_s_in_as_many_statements():
    vienna = customers.below(customers.group("Group"), "Wien GmbH", "legal_entity", country="AT", legal_name="Wien GmbH")

    def statements(count):
        sites_of(vienna, count)
        with CaptureQueriesContext(connection) as asked:
            carrying.bill_due(on=FIRST, at=NOON)
        return len(asked)

    assert statements(2) == statements(5)
    told = Document.objects.latest("pk").address["payer"]
    assert (told["legal_name"], told["country"]) == ("Wien GmbH", "AT")
    assert set(Line.objects.values_list("tax_rate", flat=True)) == {Decimal("0.2")}


@pytest.mark.django_db
def test_payer_with_credit_to_use_is_settled_in_the_run():
    [subscription] = book_of(1)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=subscription, what="cancel", effective_on=date(2026, 1, 16), at=NOON)
    document = Document.objects.get()

    carrying.bill_due(on=date(2026, 1, 16), at=NOON, judges=())

    document.refresh_from_db()
    assert document.open_minor == document.total_minor + Document.objects.get(kind="credit_note").total_minor
    assert proof.faults() == []


@pytest.mark.django_db
def test_day_on_another_invoice_fails_one_payer_and_bills_the_others(monkeypatch):
    first, second, third = book_of(1, 2, 3)
    line = billing.invoice(second.customer).lines.get()
    Coverage.objects.create(subscription=second, charge_code="base", days=(FIRST, FEBRUARY), line=line)
    monkeypatch.setattr("billing.invoices.earlier.issued", lambda found: {s.pk: [] for s in found})
    result = carrying.bill_due(on=FIRST, at=NOON)

    assert [failure.payer for failure in result.failures] == [second.customer.number]
    assert "on another invoice already" in result.failures[0].reason
    assert set(Document.objects.exclude(pk=line.document_id).values_list("customer", flat=True)) == {
        first.customer_id,
        third.customer_id,
    }
    assert list(NumberSeries.objects.values_list("last_number", flat=True)) == [Document.objects.count()]


@pytest.mark.django_db
def test_python_looks_for_garbage_after_a_run_even_when_a_chunk_could_not_be_written(monkeypatch):
    book_of(1, 2)
    looked, whole = [], writing.issue

    def refuse(invoices, **facts):
        looked.append(gc.isenabled())
        if len(invoices) > 1:
            raise Refusal("no")
        return whole(invoices, **facts)

    monkeypatch.setattr(writing, "issue", refuse)
    told = carrying.bill_due(on=FIRST, at=NOON)

    assert (looked[0], gc.isenabled(), told.documents) == (False, True, 2)


@pytest.mark.django_db
def test_stopped_run_goes_on_where_it_stopped():
    book_of(*range(1, 8))
    begun = carrying.begin(on=FIRST, at=NOON)
    assert not carrying.work_off(begun, at=NOON, at_once=3, until_at_most=1)

    joined = carrying.begin(on=FIRST, at=NOON)
    finished = carrying.work_off(joined, at=NOON, at_once=3)

    assert (joined, finished, Document.objects.count()) == (begun, True, 7)
    assert carrying.result_of(begun).invoices == 7


@pytest.mark.django_db
def test_dry_run_compares_with_the_last_cycle_and_writes_nothing(capsys):
    first, _ = book_of(1, 2)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=first, what="set_quantity", quantity=2, effective_on=FEBRUARY, at=NOON)
    before = books()
    call_command("billing_run", "--on", str(FEBRUARY), "--dry-run", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["compared"] == {"EUR": {"net": "248.00", "last_cycle": "186.00", "new": "0.00", "difference": "62.00"}}
    assert books() == before
    assert BillingWork.objects.count() == 2


plans = st.builds(
    lambda price, interval, billed, trial, intro, extra: PlanTerms(
        "PRO", 1,
        (PricedCharge("base", "recurring", "standard", {"unit_price": price}, Interval(*interval), billing=billed),
         *((PricedCharge("fee", "one_time", "flat", {"price": "5"}, Interval("month")),) if extra else ())),
        trial_days=trial, intros=(Intro(Decimal("1.50"), 2),) if intro else (),
    ),
    st.sampled_from(["9.99", "0.00", "0.005", "62", "0.33333"]),
    st.sampled_from([("month", 1), ("week", 2), ("quarter", 1), ("day", 30), ("year", 1)]),
    st.sampled_from(["in_advance", "in_arrears"]),
    st.sampled_from([0, 0, 0, 14]), st.sampled_from([False, False, True]), st.sampled_from([False, False, True]),
)  # fmt: skip
alignments = st.sampled_from(
    [Alignment.bcd(1), Alignment.bcd(31), Alignment.anniversary(), Alignment.calendar(), Alignment.anchor(date(2025, 5, 31))]
)
changes = st.lists(st.tuples(st.sampled_from(["set_quantity", "cancel", "pause"]), st.integers(1, 200)), max_size=1)


ARGS = {"set_quantity": {"quantity": 3}}


@settings(max_examples=300)
@given(plans, alignments, st.integers(0, 400), st.integers(1, 40), changes, st.lists(st.integers(0, 90), max_size=5))
def test_short_way_plans_as_the_long_way(plan, alignment, start, quantity, later, runs):
    since = date(2025, 1, 1) + timedelta(days=start)
    told = [Event(1, since, NOON, "subscribe", {"plan": plan.key, "quantity": quantity})]
    told += [
        Event(2, since + timedelta(days=day), NOON, what, {"quantity": 3} if what == "set_quantity" else {})
        for what, day in later
    ]
    history = History("S", "EUR", alignment, {plan.key: plan}, tuple(told))
    issued, day = [], since
    for step in runs:
        day += timedelta(days=step)
        planned = plain.plan_for(history, issued, up_to=day)
        assert _told(planned) == _told(planning.plan_for(history, issued, up_to=day))
        assert plain.next_due_on(history, after=day) == due.next_due_on(history, after=day)
        issued += [_issued(number, line) for number, line in enumerate(planned, len(issued) + 1) if line.covers]


def test_threads_share_a_plain_life_when_what_is_kept_is_thrown_away(monkeypatch):
    class Forgetful(dict):
        def __setitem__(self, key, value):
            """Keep nothing, as when another thread threw it away at once."""

    plan = PlanTerms("PRO", 1, (PricedCharge("base", "recurring", "standard", {"unit_price": "9.99"}, Interval("month")),))
    history = History(
        "S", "EUR", Alignment.bcd(1), {plan.key: plan}, (Event(1, FIRST, NOON, "subscribe", {"plan": plan.key, "quantity": 2}),)
    )
    life = plain._life_of(history)
    for name in ("_cycles", "_lines", "_next", "_begins"):
        monkeypatch.setattr(life, name, Forgetful())

    assert plain.next_due_on(history, after=FIRST) == FEBRUARY
    assert life.begins_until(FEBRUARY) == (FIRST, "2026-01-01")
    assert life.billed_until([_issued(1, line) for line in plain.plan_for(history, [], up_to=FIRST)]) == FEBRUARY


def _told(planned):
    return [(line, line.derivation) for line in planned]


def _issued(number, line):
    kind = line.charge_kind
    return Issued(
        number,
        line.charge_code,
        kind,
        line.since,
        line.until,
        line.until,
        line.price_key,
        line.cycle,
        line.amount_minor,
        line.amount_minor,
    )


@pytest.mark.django_db
def test_trial_of_a_book_says_what_the_run_then_does():
    book_of(1, 2, 3)

    tried = trying.bill_due(on=FIRST)
    result = carrying.bill_due(on=FIRST, at=NOON)

    assert (tried.invoices, tried.lines, tried.totals) == (result.invoices, result.lines, result.amounts)
