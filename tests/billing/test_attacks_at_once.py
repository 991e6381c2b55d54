"""Two runs at once over payers who have taken over from each other: neither waits for the other crosswise."""

import threading
from datetime import timedelta

from django.db import DatabaseError, connections, transaction

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from billing.contracts import events, splitting
from billing.invoices import proof, run
from billing.invoices.running import carrying
from billing.usage import recording
from billing.usage.recording import Measurement
from tests.factories import billing, customers
from tests.factories.payments import NOON, TODAY


def _swapped_payers():
    """Two sites, billed for themselves, that pay for each other from today and have fewer seats to be credited."""
    root = customers.group()
    sites = [customers.below(root), customers.below(root)]
    running = [billing.subscribed(site, quantity=3) for site in sites]
    carrying.bill_due(on=TODAY, at=NOON)
    for site, payer, subscription in zip(sites, reversed(sites), running, strict=True):
        responsibilities.set_payer(actor=None, customer=site, payer=payer, since=TODAY, at=NOON)
        events.add(actor=None, subscription=subscription, what="set_quantity", quantity=1, effective_on=TODAY, at=NOON)
    return list(Customer.objects.filter(pk__in=[site.pk for site in sites]).order_by("pk"))


def test_two_over_swapped_payers_never_wait_crosswise(committed):
    payers = _swapped_payers()
    failures, issued, start = [], [], threading.Barrier(2)

    def bill(order):
        start.wait()
        for payer in order:
            try:
                issued.extend(run.bill(payer=payer, on=TODAY, at=NOON))
            except DatabaseError as failure:
                failures.append(failure)
        connections.close_all()

    threads = [threading.Thread(target=bill, args=(order,)) for order in (payers, payers[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (failures, len(issued), proof.faults()) == ([], 4, [])


def test_usage_recorded_while_a_run_bills_is_looked_at_again(committed, monkeypatch):
    subscription = billing.subscribed(customers.group())
    recording.define_meter(code="calls")
    used = Measurement(key="K1", subscription=subscription.ref, metric="calls", used_at=NOON - timedelta(days=1), units=1)
    load = run.histories.histories_of
    late = threading.Thread(target=lambda: (recording.record([used], at=NOON), connections.close_all()))

    def with_late_usage(subscriptions):
        known = load(subscriptions)
        late.start()
        late.join(timeout=1)
        return known

    monkeypatch.setattr(run.histories, "histories_of", with_late_usage)
    run.bill(payer=subscription.customer, on=TODAY, at=NOON)
    late.join()

    subscription.refresh_from_db()
    assert subscription.next_due_on == TODAY


def _given_away_by(change, monkeypatch):
    """Let `change` happen on another connection after a run has read what is due, just before it holds the payer."""
    hold, late = run.locking.lock_payers, threading.Thread(target=lambda: (change(), connections.close_all()))

    def hold_afterwards(payers):
        if not late.ident:
            late.start()
            late.join()
        hold(payers)

    monkeypatch.setattr(run.locking, "lock_payers", hold_afterwards)


def _site_beside_another():
    root = customers.group()
    site, other = customers.below(root), customers.below(root)
    return site, other, billing.subscribed(site)


def test_run_bills_nobody_for_what_a_sister_pays_since_it_looked(committed, monkeypatch):
    site, other, _ = _site_beside_another()
    _given_away_by(lambda: responsibilities.set_payer(actor=None, customer=site, payer=other, since=TODAY, at=NOON), monkeypatch)

    assert run.bill(payer=site, on=TODAY, at=NOON) == []
    assert [document.customer for document in run.bill(payer=other, on=TODAY, at=NOON)] == [other]


def test_run_bills_nobody_for_what_was_split_off_since_it_looked(committed, monkeypatch):
    site, other, running = _site_beside_another()
    _given_away_by(lambda: splitting.carry(site, other, [running.contract_id], None, NOON), monkeypatch)

    assert run.bill(payer=site, on=TODAY, at=NOON) == []
    assert [document.customer for document in run.bill(payer=other, on=TODAY, at=NOON)] == [other]


def test_payer_is_held_as_it_is_under_the_lock(committed, monkeypatch):
    site, other, _ = _site_beside_another()
    _given_away_by(lambda: responsibilities.set_payer(actor=None, customer=site, payer=other, since=TODAY, at=NOON), monkeypatch)

    with transaction.atomic():
        assert run.hold_payer(site, [], TODAY) == other
