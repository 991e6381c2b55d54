"""Workers of a run: killed at any moment, or several at once, they leave the books of one that ran through quietly."""

import os
import random
import signal
import threading
import time
from contextlib import suppress
from datetime import date
from multiprocessing import get_context

import pytest
from django.db import connections

from accounts.customers.models import Customer
from accounts.timeline.models import Activity
from billing.invoices import proof
from billing.invoices.models import Document, Line
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun, BillingWork
from billing.ledger import proof as ledger
from billing.ledger.models import Posting
from tests.factories import billing, customers

FIRST, NOON = date(2026, 1, 1), billing.NOON


def book_of(count):
    version = billing.version()
    for number in range(count):
        billing.subscribed(customers.group(f"Payer {number}"), version, quantity=1 + number % 9, tax_rate="0.19")


def books():
    """What was billed to whom, whatever the order in which workers came to it."""
    documents = Document.objects.order_by("customer").values_list("customer", "total_minor", "status", "issued_on")
    lines = Line.objects.order_by("customer", "position").values_list("customer", "since", "until", "amount_minor", "tax_minor")
    postings = Posting.objects.order_by("customer", "account", "amount_minor").values_list("customer", "account", "amount_minor")
    told = Activity.objects.filter(kind="billing.invoice_issued").count()
    return list(documents), list(lines), list(postings), told, sorted(Document.objects.values_list("sequence", flat=True))


def expected(count):
    """What a book of that many payers is billed, worked out by hand: 62.00 a seat and 19 % of tax."""
    payers = Customer.objects.order_by("pk").values_list("pk", flat=True)
    return [(payer, round(6200 * (1 + n % 9) * 119 / 100), "issued", FIRST) for n, payer in enumerate(payers)][:count]


def in_a_process(run, at_once):
    connections.close_all()
    process = get_context("fork").Process(target=_work, args=(run, at_once))
    process.start()
    return process


def _work(run, at_once):
    carrying.work_off(run, at=NOON, at_once=at_once)
    os._exit(0)


def kill_soon(process, seconds):
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.parametrize("payers, kills", [(60, 12), pytest.param(10_000, 200, marks=pytest.mark.long)])
def test_killed_workers_leave_the_books_of_a_quiet_run(committed, payers, kills):
    book_of(payers)
    chance = random.Random(7)
    run = carrying.begin(on=FIRST, at=NOON)

    for _ in range(kills):
        kill_soon(in_a_process(run, 1 + payers // 50), chance.uniform(0, 0.15))
        assert (proof.faults(), ledger.faults()) == ([], []) or payers > 60
    carrying.work_off(carrying.begin(on=FIRST, at=NOON) or run, at=NOON)

    documents, lines, _, told, numbers = books()
    assert documents == expected(payers)
    assert (len(lines), told, numbers) == (payers, payers, list(range(1, payers + 1)))
    assert (proof.faults(), ledger.faults()) == ([], [])
    assert BillingRun.objects.get().finished_at is not None


def test_several_workers_of_several_runs_bill_everybody_once(committed):
    book_of(40)
    start = threading.Barrier(4)

    def carry_out():
        start.wait()
        run = carrying.begin(on=FIRST, at=NOON)
        if run:
            carrying.work_off(run, at=NOON, at_once=7)
        connections.close_all()

    threads = [threading.Thread(target=carry_out) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert books()[0] == expected(40)
    assert books()[4] == list(range(1, 41))
    assert set(BillingWork.objects.values_list("status", flat=True)) == {"done"}
