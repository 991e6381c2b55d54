"""Stepping when two workers look at the same moment: one step, one letter."""

from datetime import UTC, datetime
from threading import Barrier, Thread

from django.db import connection

from accounts.timeline.models import Activity
from billing.dunning import stepping
from billing.dunning.models import StepTaken
from tests.factories import billing, customers

AT = datetime(2026, 1, 18, 12, tzinfo=UTC)


def test_two_workers_take_a_step_once(committed):
    billing.invoice(customers.group("Nordwind"), 12000)
    start = Barrier(2)

    def look():
        start.wait()
        stepping.take_due(at=AT)
        connection.close()

    workers = [Thread(target=look) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert StepTaken.objects.count() == 1
    assert Activity.objects.filter(kind="billing.dunning_letter").count() == 1
