"""A remedy is taken back by who may, with a reason, once; the thread of questions between finance and the agent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from billing.ledger import balances
from billing.ledger import proof as ledger_proof
from billing.money import Money
from billing.payments import receiving
from support.remedies import finance_feed, proof, resolution, reversing
from support.remedies.finance_feed import NothingAsked, QuestionMissing
from support.remedies.kinds import REMEDIES
from support.remedies.reversing import ReasonMissing
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def given():
    support.limit()
    return support.case(12000).grant()


def take_back(given, by=None, reason="Given to the wrong customer."):
    return reversing.reverse(actor=by or people.finance(), grant=given, reason=reason, at=LATER)


def test_finance_takes_back_by_counter_document_and_the_customer_reads_why(given):
    owed = balances.owed_by(given.customer, "EUR")["EUR"]

    take_back(given)

    given.refresh_from_db()
    assert given.status == "reversed"
    assert balances.owed_by(given.customer, "EUR")["EUR"] == owed + 12000
    assert given.feed_row.reversal.what == "invoice_issued"
    assert "Given to the wrong customer." in Ticket.objects.get(pk=given.ticket_id).messages.last().text
    assert proof.faults() == []


def test_taken_back_twice_is_taken_back_once(given):
    take_back(given)
    take_back(given, by=people.finance())

    assert given.documents.count() == 2


def test_without_a_reason_it_is_not_taken_back(given):
    with pytest.raises(ReasonMissing):
        take_back(given, reason=" \x00 ")

    given.refresh_from_db()
    assert given.status == "granted"


def test_who_gave_it_takes_it_back_until_finance_has_acknowledged_it(given):
    finance_feed.acknowledge(actor=people.finance(), row=given.feed_row, at=NOON)

    with pytest.raises(Refusal, match="only finance takes it back now"):
        take_back(given, by=given.asked_by)


@pytest.mark.parametrize("level", ["agent", "supervisor", "key_account", "manager"])
def test_others_do_not_take_it_back(given, level):
    with pytest.raises(Refusal):
        take_back(given, by=people.staff(level))


def test_what_was_taken_back_is_not_given_again(given):
    take_back(given)
    Ticket.objects.filter(pk=given.ticket_id).update(status="open", outcome="", resolved_at=None)

    with pytest.raises(Refusal):
        support.case(agent=given.asked_by).__class__(
            given.customer, Ticket.objects.get(pk=given.ticket_id), given.asked_by
        ).grant()


def test_question_and_answer_are_a_thread_on_the_row_and_notes_on_the_ticket(given):
    finance_feed.query(actor=people.finance(), row=given.feed_row, question="Why so much?", at=NOON)

    finance_feed.answer(actor=given.asked_by, row=given.feed_row, text="Two months were billed twice.", at=LATER)

    row = finance_feed.asked_on(given.ticket)[0]
    assert [message.text for message in row.messages.all()] == ["Why so much?", "Two months were billed twice."]
    assert row.status == "answered"
    assert given.ticket.messages.filter(internal=True).count() == 2


def test_answer_sent_twice_is_one(given):
    finance_feed.query(actor=people.finance(), row=given.feed_row, question="Why?", at=NOON)

    for _ in range(2):
        finance_feed.answer(actor=given.asked_by, row=given.feed_row, text="See the contract.", at=LATER)

    assert given.feed_row.messages.count() == 2


def test_what_was_not_asked_is_not_answered(given):
    with pytest.raises(NothingAsked):
        finance_feed.answer(actor=given.asked_by, row=given.feed_row, text="Hello", at=LATER)


def test_empty_answer_is_refused(given):
    finance_feed.query(actor=people.finance(), row=given.feed_row, question="Why?", at=NOON)

    with pytest.raises(QuestionMissing):
        finance_feed.answer(actor=given.asked_by, row=given.feed_row, text=" ", at=LATER)


def test_database_refuses_a_reversal_without_its_reason(given):
    with pytest.raises(Exception, match="reversed_remedy_says_who_when_and_why"):
        type(given).objects.filter(pk=given.pk).update(status="reversed")


def test_write_off_that_was_paid_since_is_not_taken_back():
    support.limit("agent", 1000000, 10000000)
    case, remedy = support.plain_case(12000), REMEDIES["write_off"]
    terms = remedy.proposals(case.ticket)[0]
    given = resolution.grant(actor=case.agent, ticket=case.ticket, remedy=remedy, terms=terms, at=NOON)
    facts = {"seller": case.ticket.document.legal_entity, "key": uuid4(), "at": NOON, "documents": [case.ticket.document]}
    receiving.receive(actor=None, payer=case.customer, amount=Money(5000, "EUR"), **facts)

    with pytest.raises(Refusal, match="paid or is owed again since"):
        reversing.reverse(actor=case.agent, grant=given, reason="By mistake.", at=NOON)

    assert [*ledger_proof.faults(), *proof.faults()] == []
