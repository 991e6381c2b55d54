"""A remedy is given all at once or not at all; twice is once; many at once give one."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections

from accounts.decisions import ALLOWED, Refusal
from accounts.timeline.models import Activity, Delivery
from billing.invoices.models import Document
from billing.ledger.models import Entry
from support.remedies import giving, proof
from support.remedies.models import FeedRow, Grant
from support.remedies.resolution import KeyAlreadyUsed
from support.tickets.models import Message, Ticket
from tests.factories import people, support

STEPS = [
    ("support.remedies.giving", "recording.record"),
    ("support.remedies.giving", "finance_feed.write"),
    ("support.remedies.giving", "conversation.resolve"),
    ("support.remedies.kinds.by_credit_note", "entry_of"),
    ("support.remedies.finance_feed", "recording.record"),
    ("support.tickets.conversation", "recording.record"),
    ("billing.invoices.credit_notes", "absorbing.absorb"),
    ("billing.invoices.credit_notes", "issuing.issue"),
    ("support.remedies.kinds.credit_duplicate_charge", "findings.settle"),
]


class Struck(Exception):
    """The power went out."""


def counted():
    tables = (Document, Entry, Grant, FeedRow, Activity, Delivery, Message)
    return {table.__name__: table.objects.count() for table in tables}


@pytest.mark.django_db
def test_remedy_leaves_everything_it_must():
    support.limit()
    case = support.case(12000)

    grant = case.grant()

    ticket = Ticket.objects.get(pk=case.ticket.pk)
    assert (grant.status, grant.amount_minor, grant.document.total_minor) == ("granted", 12000, -12000)
    assert (ticket.status, ticket.outcome, ticket.finding.status) == ("resolved", "remedied", "remedied")
    assert FeedRow.objects.get(grant=grant).entry.about_ref == grant.document.ref
    assert grant.decision == {"allowed": True, "code": "allowed"} | dict.fromkeys(["reason", "approver", "key", "source"], "")
    assert Activity.objects.filter(kind="support.remedy_granted", about_ref=grant.ref).count() == 1


@pytest.mark.django_db
def test_customer_reads_what_was_wrong_what_was_done_and_what_is_left():
    support.limit()
    case = support.case(12000, first_ref="OLD-A")
    grant = case.grant()

    text = case.ticket.messages.last().text

    assert text.startswith("You were billed twice for Desk Pro, 1 Feb 2026 to 28 Feb 2026: on OLD-A and again on OLD-")
    assert f"We have credited 120.00 EUR with credit note {grant.document.ref}." in text
    assert text.endswith(f"{case.customer} now owes 120.00 EUR in all.")


@pytest.mark.django_db
def test_remedy_without_resolving_tells_the_customer_and_keeps_the_ticket_with_us():
    support.limit()
    case = support.case()

    case.grant(resolve=False)

    assert Ticket.objects.get(pk=case.ticket.pk).status == "open"


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "step"), STEPS)
def test_fault_at_any_step_leaves_nothing(monkeypatch, module, step):
    support.limit()
    case = support.case()
    before = counted()

    def strike(*args, **facts):
        raise Struck

    monkeypatch.setattr(f"{module}.{step}", strike)
    with pytest.raises(Struck):
        case.grant()

    ticket = Ticket.objects.get(pk=case.ticket.pk)
    assert (counted(), ticket.status, ticket.finding.status) == (before, "open", "open")


@pytest.mark.django_db
def test_form_sent_twice_gives_once():
    support.limit()
    case, key = support.case(), uuid4()

    assert case.grant(key=key) == case.grant(key=key)

    assert Document.objects.filter(kind="credit_note").count() == 1


@pytest.mark.django_db
def test_key_used_for_another_remedy_is_refused():
    support.limit()
    case, key = support.case(), uuid4()
    case.grant(key=key)

    with pytest.raises(KeyAlreadyUsed):
        support.case(agent=case.agent).grant(key=key)


@pytest.mark.django_db
def test_amount_that_changed_meanwhile_is_not_given():
    support.limit("agent", 100, 100)
    support.limit("supervisor", 100000, 100000)
    case = support.case(12000)
    asked = case.grant()
    Grant.objects.filter(pk=asked.pk).update(amount_minor=11999)
    asked.refresh_from_db()

    with pytest.raises(giving.AmountChanged, match=r"By now 120\.00 EUR is left to give; ask again\."):
        giving.give(asked, ticket=case.ticket, terms=case.terms(), at=support.NOON)


@pytest.mark.django_db
def test_database_refuses_a_second_remedy_for_one_cause_and_a_grant_without_its_document():
    support.limit()
    grant = support.case().grant()

    with pytest.raises(Exception, match="granted_remedy_has_its_document"):
        Grant.objects.filter(pk=grant.pk).update(document=None)


PARALLEL = 64


def test_many_agents_at_once_give_one_credit_note_and_get_clear_refusals(committed):
    support.limit()
    case = support.case(12000)
    agents = [people.agent() for _ in range(PARALLEL)]
    given, refused, start = [], [], threading.Barrier(PARALLEL)

    def give(agent):
        try:
            start.wait()
            given.append(case.grant(by=agent))
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=give, args=[agent]) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(given), len(refused)) == (1, PARALLEL - 1)
    assert set(refused) <= {"already_compensated", "busy", "ticket_is_resolved"}
    assert Document.objects.filter(kind="credit_note").count() == FeedRow.objects.count() == 1
    assert proof.faults() == []
    connection.close()


@pytest.mark.django_db
def test_key_taken_by_another_ticket_at_the_same_moment_is_refused():
    support.limit()
    given, other = support.case(), support.case(11000)
    key = given.grant().key

    with pytest.raises(KeyAlreadyUsed):
        giving.ask(
            actor=other.agent,
            ticket=other.ticket,
            remedy=other.remedy,
            terms=other.terms(key=key),
            decision=ALLOWED,
            at=support.NOON,
        )

    assert Grant.objects.count() == 1
