"""What looks wrong to a run waits for a person, who releases it to the cent or discards it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError

from accounts.customers import responsibilities
from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.catalog import plans
from billing.catalog.plans import ChargeTerms
from billing.contracts import events
from billing.invoices.models import Document
from billing.invoices.running import carrying, chunks, holding
from billing.invoices.running.models import BillingRun, BillingWork
from billing.usage import recording
from billing.usage.recording import Measurement
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
FIRST, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
NOON = billing.NOON


@pytest.fixture
def berlin():
    return customers.group("Berlin")


@pytest.fixture
def finance():
    return people.finance()


def held():
    return BillingWork.objects.held().get()


def metered(customer):
    """A subscription to calls at ten cents each."""
    recording.define_meter(code="calls")
    calls = ChargeTerms("calls", "Calls", {"unit_price": "0.10"}, kind="usage", billing="in_arrears", metric="calls")
    version = plans.publish_version(plan=billing.plan("CALLS"), currency="EUR", charges=[calls], effective_on=date(2020, 1, 1))
    return billing.subscribed(customer, version)


def used(subscription, day, units):
    at = NOON + timedelta(days=(day - FIRST).days)
    recording.record([Measurement(subscription.ref, "calls", f"{day}", at, Decimal(units))], at=at)


def test_days_on_an_imported_invoice_are_held_as_covered_twice(berlin):
    subscription = billing.subscribed(berlin)
    old = billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)

    result = carrying.bill_due(on=FIRST, at=NOON)

    assert (result.documents, result.held) == (0, 1)
    assert held().reason == f"Covered twice: Desk Pro from 2026-01-01 is on {old.ref} already."


def test_second_subscription_of_a_contract_to_the_same_product_is_held(berlin):
    first = billing.subscribed(berlin)
    carrying.bill_due(on=FIRST, at=NOON)
    billing.subscribed(berlin, first.events.get().plan_version, under=first.contract)

    assert carrying.bill_due(on=FIRST, at=NOON).held == 1


def test_usage_that_jumps_is_held(berlin):
    subscription = metered(berlin)
    used(subscription, FIRST, 1_000)
    carrying.bill_due(on=FEBRUARY, at=NOON)
    used(subscription, FEBRUARY, 9_000)

    carrying.bill_due(on=MARCH, at=NOON)

    assert held().reason == "Jump over 200 %: Desk Calls: Calls, 900.00 EUR after 100.00 EUR."


def test_usage_that_stays_out_is_held(berlin):
    subscription = metered(berlin)
    used(subscription, FIRST, 1_000)
    carrying.bill_due(on=FEBRUARY, at=NOON)

    carrying.bill_due(on=MARCH, at=NOON)

    assert held().reason == f"Missing: {subscription.ref} used nothing since 2026-02-01, but did before."


def test_documents_below_zero_are_held(berlin):
    subscription = billing.subscribed(berlin)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=subscription, what="cancel", effective_on=date(2026, 1, 16), at=NOON)

    carrying.bill_due(on=date(2026, 1, 16), at=NOON)

    assert held().reason == "Negative: -32.00 EUR in all."


def test_ordinary_next_cycle_is_not_held(berlin):
    subscription = billing.subscribed(berlin)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=subscription, what="set_quantity", quantity=2, effective_on=FEBRUARY, at=NOON)

    result = carrying.bill_due(on=FEBRUARY, at=NOON)

    assert (result.documents, result.held) == (1, 0)


def test_held_payer_waits_while_others_are_billed_and_no_run_is_made_for_it(berlin):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)

    again = carrying.bill_due(on=FIRST, at=NOON)

    assert (again.documents, BillingRun.objects.count(), BillingWork.objects.count()) == (0, 1, 1)


def test_released_documents_are_those_that_were_seen(berlin, finance):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)

    [document] = holding.release(actor=finance, work=held(), on=date(2026, 1, 3), at=NOON)

    work = BillingWork.objects.get()
    assert (document.total_minor, document.issued_on) == (6200, date(2026, 1, 3))
    assert (work.status, work.invoices, work.amounts, work.decided_by) == ("released", 1, {"EUR": 6200}, finance)
    assert Activity.objects.filter(kind="billing.hold_released", customer=berlin).count() == 1
    with pytest.raises(holding.NotHeld):
        holding.release(actor=finance, work=work, on=FIRST, at=NOON)


def test_release_is_refused_when_something_changed_since(berlin, finance):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=subscription, what="set_quantity", quantity=2, effective_on=FIRST, at=NOON)

    with pytest.raises(holding.ChangedSinceHeld):
        holding.release(actor=finance, work=held(), on=FIRST, at=NOON)
    assert Document.objects.filter(origin="accord").count() == 0


def test_release_is_refused_when_somebody_else_pays_by_the_day_of_the_document(berlin, finance):
    subscription = billing.subscribed(customers.below(berlin))
    billing.legacy_invoice(subscription.customer, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)
    responsibilities.set_payer(actor=None, customer=subscription.customer, payer=berlin, since=FIRST + timedelta(days=1), at=NOON)

    with pytest.raises(holding.ChangedSinceHeld):
        holding.release(actor=finance, work=held(), on=FIRST + timedelta(days=2), at=NOON)
    assert (held().status, Document.objects.filter(origin="accord").count()) == ("held", 0)


def test_payer_whose_part_of_a_run_broke_off_is_judged_like_everybody(berlin, monkeypatch):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)

    def break_off(*_given, **_more):
        raise DatabaseError("deadlock detected")

    monkeypatch.setattr(chunks, "bill", break_off)

    assert (carrying.bill_due(on=FIRST, at=NOON).held, Document.objects.filter(origin="accord").count()) == (1, 0)


def test_discarded_payer_is_planned_anew_by_the_next_run(berlin, finance):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)
    events.add(actor=None, subscription=subscription, what="cancel", effective_on=FIRST, at=NOON)

    holding.discard(actor=finance, work=held(), at=NOON)
    result = carrying.bill_due(on=FIRST, at=NOON)

    assert (result.documents, result.held, BillingWork.objects.held().count()) == (0, 0, 0)


def test_agent_may_neither_release_nor_discard(berlin):
    subscription = billing.subscribed(berlin)
    billing.legacy_invoice(berlin, since=FIRST, until=FEBRUARY, product=subscription.product)
    carrying.bill_due(on=FIRST, at=NOON)

    with pytest.raises(Refusal):
        holding.release(actor=people.agent(), work=held(), on=FIRST, at=NOON)
    with pytest.raises(Refusal):
        holding.discard(actor=people.agent(), work=held(), at=NOON)
    assert held().status == "held"
