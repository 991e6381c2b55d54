"""The proof finds each part of a remedy that is missing, and each part that stands there without its remedy."""

import pytest
from django.db import connection

from billing.invoices import credit_notes
from support.remedies import approvals, proof
from support.remedies.models import Approval, FeedRow, Grant
from tests.factories import people, support
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)
    return support.case().grant()


def break_rule(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")


def test_remedies_given_asked_for_and_turned_down_are_proved(grant):
    support.case(30000).grant()
    refused, approved = support.case(40000).grant().approval, support.case(50000).grant().approval
    approvals.decide(actor=people.supervisor(), approval=refused, approve=False, note="No.", at=NOON)
    approvals.decide(actor=people.supervisor(), approval=approved, approve=True, note="", at=NOON)

    assert proof.faults() == []


def test_other_amount_than_the_documents_is_found(grant):
    Grant.objects.filter(pk=grant.pk).update(amount_minor=1)

    assert proof.faults() == [
        f"{grant} was given, but its documents do not come to 1 EUR",
        f"{grant} was given and finance does not see 1 EUR with the entry of its document",
    ]


def test_missing_decision_is_found(grant):
    Grant.objects.filter(pk=grant.pk).update(decision={})

    assert proof.faults() == [f"{grant} was given and nothing says who decided it"]


def test_approval_by_who_asked_is_found(grant):
    asked = support.case(30000).grant()
    approvals.decide(actor=people.supervisor(), approval=asked.approval, approve=True, note="", at=NOON)
    Approval.objects.update(decided_by=asked.asked_by)

    assert proof.faults() == [f"{asked} was given and nothing says who decided it"]


def test_missing_activity_is_found(grant):
    break_rule("DELETE FROM accounts_activity WHERE kind = 'support.remedy_granted'")

    assert proof.faults() == [f"{grant} was given and is not on the timeline once"]


def test_missing_feed_row_is_found(grant):
    FeedRow.objects.all().delete()

    assert proof.faults() == [f"{grant} was given and finance does not see 12000 EUR with the entry of its document"]


def test_activity_and_row_of_what_was_never_given_are_found(grant):
    break_rule("UPDATE support_grant SET status = 'awaiting_approval' WHERE id = %s", grant.pk)

    assert proof.faults() == [
        f"the timeline tells of {grant}, which was never given",
        f"finance sees {grant}, which was never given",
        f"{grant} is awaiting_approval and its approval is (none)",
        f"{grant.document} was issued as a remedy that nobody gave",
    ]


def test_credit_note_issued_in_the_name_of_a_remedy_is_found():
    line = support.billed_twice(support.group())
    issued = credit_notes.credit_line(actor=None, line=line, reason="?", on=TODAY, at=NOON, key=f"{support.CREDIT}:F-1")

    assert proof.faults() == [f"{issued} was issued as a remedy that nobody gave"]
