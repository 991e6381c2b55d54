"""A worker that is killed right after a remedy was given, or while it delivers: all are told."""

import os
import signal
from datetime import timedelta
from multiprocessing import get_context

from django.core import mail
from django.db import connections

from accounts.timeline import delivery
from accounts.timeline.models import Activity, Delivery
from support.notices import sending
from support.remedies import finance_feed, proof
from support.remedies.models import FeedRow, Grant
from tests.factories import people, support
from tests.factories.support import NOON

TOLD = ("finance.row_written", "support.ticket_resolved", "billing.credit_note_issued")


def die_after(work):
    """Run `work` in a process of its own that is killed as soon as it is done, before anything else can happen."""
    connections.close_all()
    process = get_context("fork").Process(target=_then_die, args=(work,))
    process.start()
    process.join()
    return process.exitcode


def _then_die(work):
    work()
    os.kill(os.getpid(), signal.SIGKILL)


def delivered(after=timedelta(minutes=10)):
    """Let another worker come by, later than any lease, and return who was mailed."""
    mail.outbox.clear()
    while delivery.deliver_waiting(at=NOON + after):
        pass
    return [(message.subject, message.to[0]) for message in mail.outbox]


def test_worker_killed_between_apply_and_delivery_still_delivers(committed):
    support.limit()
    finance, case = people.finance(), support.case(12000)

    died = die_after(lambda: case.grant())

    grant = Grant.objects.get()
    assert died == -signal.SIGKILL
    assert [row.grant for row in finance_feed.inbox(finance)] == [grant]
    assert finance.email in {to for subject, to in delivered() if grant.ref in subject or "12" in subject}
    assert not Delivery.objects.filter(activity__kind__in=TOLD, status="waiting").exists()
    assert proof.faults() == []


def test_worker_killed_while_it_delivers_leaves_the_row_to_the_next(committed, monkeypatch):
    support.limit()
    finance, case = people.finance(), support.case(12000)
    case.grant()

    def claim_then_die():
        monkeypatch.setattr(sending, "send", lambda *facts: os.kill(os.getpid(), signal.SIGKILL))
        delivery._claim(NOON, 100)

    die_after(claim_then_die)
    too_early = delivered(after=timedelta(minutes=1))
    later = delivered()

    assert too_early == []
    assert finance.email in {to for _, to in later}
    assert Activity.objects.filter(kind="finance.row_written").count() == FeedRow.objects.count() == 1


def test_worker_killed_in_the_middle_of_giving_leaves_nothing(committed, monkeypatch):
    support.limit()
    case = support.case(12000)

    def give():
        monkeypatch.setattr(finance_feed, "write", lambda *facts, **more: os.kill(os.getpid(), signal.SIGKILL))
        case.grant()

    died = die_after(give)

    assert died == -signal.SIGKILL
    assert (Grant.objects.count(), FeedRow.objects.count()) == (0, 0)
    assert case.grant().status == "granted"
