"""One error put right for many: who else was hit, a row each, nothing twice, and all of it taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from billing.anomalies.models import Finding
from billing.invoices.models import Document
from billing.ledger import balances
from support.remedies import proof, reversing
from support.remedies.batches import who_else, working
from support.remedies.batches.models import Batch
from support.remedies.batches.working import NothingChosen
from support.remedies.models import Grant
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def states(batch):
    return [row.status for row in working.rows_of(batch)]


def credit_notes():
    return Document.objects.filter(kind="credit_note").count()


def test_others_hit_by_the_same_error_are_found_with_what_each_would_get():
    support.limit("agent", 15000, 100000)
    support.limit("supervisor", 100000, 100000)
    batch = support.batch((12000, 20000))

    hits = who_else.hit_by_the_same(batch.made_by, batch.finding, at=NOON)

    assert [str(hit.amount) for hit in hits] == ["120.00 EUR", "200.00 EUR"]
    assert [(hit.decision.allowed, hit.decision.approver) for hit in hits] == [(True, ""), (False, "supervisor")]
    assert hits[0].finding == batch.finding


def test_error_for_other_days_is_not_the_same():
    batch = support.batch((12000,))
    other = support.case(12000)
    Finding.objects.get(pk=other.ticket.finding_id).line.__class__.objects.filter(pk=other.ticket.line_id)

    same = who_else.alike(batch.made_by, batch.finding)

    assert {one.customer for one in same} == {batch.finding.customer, other.customer}


def test_each_row_is_given_with_a_ticket_document_and_feed_row_of_its_own():
    support.limit()
    batch = support.batch((12000, 11000, 10000))

    working.work_off(batch, at=NOON)

    assert states(batch) == ["granted"] * 3
    assert (credit_notes(), Grant.objects.count(), Ticket.objects.filter(status="resolved").count()) == (3, 3, 3)
    assert proof.faults() == []


def test_row_over_the_limit_waits_for_approval_and_one_that_is_settled_says_why():
    support.limit("agent", 15000, 100000)
    support.limit("supervisor", 100000, 100000)
    batch = support.batch((12000, 20000, 11000))
    Finding.objects.filter(pk=working.rows_of(batch)[2].finding_id).update(status="dismissed")

    working.work_off(batch, at=NOON)

    assert states(batch) == ["granted", "awaiting_approval", "refused"]
    assert "settled before" in working.rows_of(batch)[2].words


def test_batch_worked_off_again_gives_nothing_twice():
    support.limit()
    batch = support.batch()

    for _ in range(2):
        working.work_off(batch, at=NOON)

    assert (credit_notes(), Ticket.objects.count()) == (2, 2)


def test_batch_stopped_in_the_middle_goes_on_where_it_stopped(monkeypatch):
    support.limit()
    batch = support.batch((12000, 11000))
    calls = iter([None, RuntimeError("the worker was killed")])
    real = working.resolution.grant

    def grant(**asked):
        if fault := next(calls, None):
            raise fault
        return real(**asked)

    monkeypatch.setattr(working.resolution, "grant", grant)
    with pytest.raises(RuntimeError):
        working.work_off(batch, at=NOON)
    stopped = states(batch)
    working.work_off(batch, at=LATER)

    assert (stopped, states(batch)) == (["granted", "waiting"], ["granted", "granted"])
    assert credit_notes() == 2


def test_undone_batch_leaves_every_customer_owing_what_they_owed():
    support.limit()
    batch = support.batch((12000, 11000))
    customers = [row.finding.customer for row in working.rows_of(batch)]
    before = [balances.owed_by(customer, "EUR") for customer in customers]
    working.work_off(batch, at=NOON)

    undone = working.undo(actor=batch.made_by, batch=batch, reason="Wrong error.", at=LATER)

    assert (undone, states(batch)) == (2, ["reversed", "reversed"])
    assert [balances.owed_by(customer, "EUR") for customer in customers] == before
    assert proof.faults() == []


def test_others_do_not_undo_a_batch_and_no_reason_is_refused():
    support.limit()
    batch = support.batch()
    working.work_off(batch, at=NOON)

    with pytest.raises(Refusal, match="Who made the batch, or finance"):
        working.undo(actor=people.agent(), batch=batch, reason="No.", at=LATER)
    with pytest.raises(reversing.ReasonMissing):
        working.undo(actor=batch.made_by, batch=batch, reason=" ", at=LATER)
    assert states(batch) == ["granted", "granted"]


def test_form_sent_twice_makes_one_batch():
    support.limit()
    batch = support.batch()

    again = working.begin(actor=batch.made_by, finding=batch.finding, chosen=[batch.finding.ref], key=batch.key, at=NOON)

    assert (again, Batch.objects.count()) == (batch, 1)


@pytest.mark.parametrize("chosen", [[], ["F-404"]])
def test_batch_of_nobody_or_of_something_else_is_refused(chosen):
    batch = support.batch()

    with pytest.raises(NothingChosen):
        working.begin(actor=batch.made_by, finding=batch.finding, chosen=chosen, key=uuid4(), at=NOON)


def test_batch_by_somebody_who_gives_no_remedies_is_refused():
    batch = support.batch()

    with pytest.raises(Refusal):
        working.begin(actor=people.finance(), finding=batch.finding, chosen=[batch.finding.ref], key=uuid4(), at=NOON)
