"""What every kind of remedy promises, asked of each in the registry; the ticket is about an invoice unless `CASES` says else."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from billing.ledger import balances
from billing.ledger import proof as ledger_proof
from billing.money import Money
from support.remedies import proof, resolution, reversing, tie_out
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket
from tests.factories import support
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db

CASES = {
    "credit_duplicate_charge": support.case,
    "correct_price": support.dearer_case,
    "refund_overpayment": support.overpaid_case,
    "reverse_change": support.changed_case,
}
LATER = NOON + timedelta(minutes=5)
EVERY = pytest.mark.parametrize("code", REMEDIES)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 1000000, 10000000)


def offered(code):
    case = CASES.get(code, support.plain_case)()
    remedy = REMEDIES[code]
    return case, remedy, remedy.proposals(case.ticket)[0]


def grant(case, remedy, terms, by=None):
    return resolution.grant(actor=by or case.agent, ticket=case.ticket, remedy=remedy, terms=terms, at=NOON)


@EVERY
def test_kind_is_registered_under_its_code_and_has_a_name(code):
    assert REMEDIES[code].code == code
    assert len(REMEDIES[code].label) > 4


@EVERY
def test_terms_survive_the_form_and_the_database(code):
    _, remedy, terms = offered(code)

    again = remedy.read(remedy.facts(terms), key=terms.key, resolve=terms.resolve)

    assert (again, remedy.cause(again), remedy.cost(again)) == (terms, remedy.cause(terms), remedy.cost(terms))


@EVERY
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"finding": "F-404", "line": "9" * 18, "ticket": "T-404", "document": "X-404", "event": "9" * 18},
        {"finding": "' OR 1=1", "line": "' OR 1=1", "ticket": "\x00", "document": "\x00", "event": "' OR 1=1"},
    ],
)
def test_facts_that_name_nothing_are_refused(code, facts):
    with pytest.raises(TermsUnreadable):
        REMEDIES[code].read(facts, key=uuid4(), resolve=True)


@EVERY
def test_cost_is_exactly_what_is_given_and_what_its_documents_come_to(code):
    case, remedy, terms = offered(code)
    cost = remedy.cost(terms)

    given = grant(case, remedy, terms)

    assert remedy.accounts or cost == Money.zero(cost.currency)
    assert Money(given.amount_minor, given.currency) == cost
    assert remedy.entry_on or -sum(one.total_minor for one in given.documents.all()) == cost.amount_minor


@EVERY
def test_preview_names_each_amount_before_and_after_as_they_come_to_be(code):
    case, remedy, terms = offered(code)
    expected = [(effect.label, effect.after) for effect in remedy.preview(case.ticket, terms)]

    grant(case, remedy, terms)

    assert [(effect.label, effect.before) for effect in remedy.preview(case.ticket, terms)] == expected


@EVERY
def test_once_given_it_is_not_eligible_and_not_offered_again(code):
    case, remedy, terms = offered(code)
    grant(case, remedy, terms)

    again = remedy.read(remedy.facts(terms), key=uuid4(), resolve=True)

    assert not remedy.eligible(case.ticket, again).allowed
    assert remedy.eligible(case.ticket, again).reason


@EVERY
def test_on_a_strangers_ticket_it_is_not_eligible(code):
    _, remedy, terms = offered(code)

    assert remedy.eligible(support.ticket(), terms).code == "not_of_this_customer"


@EVERY
def test_words_to_the_customer_name_the_amount_before_and_the_document_after(code):
    case, remedy, terms = offered(code)
    cost = remedy.cost(terms)
    before = remedy.closing_text(case.ticket, terms)

    given = grant(case, remedy, terms)

    assert not cost or str(cost) in before
    assert str(given.document) in Ticket.objects.get(pk=case.ticket.pk).messages.last().text


@EVERY
def test_taken_back_it_leaves_the_books_as_they_were_or_says_why_not(code):
    case, remedy, terms = offered(code)
    owed = balances.owed_by(case.customer, "EUR")
    given = grant(case, remedy, terms)

    if remedy.stays:
        with pytest.raises(Refusal, match=remedy.stays):
            reversing.reverse(actor=case.agent, grant=given, reason="By mistake.", at=LATER)
    else:
        reversing.reverse(actor=case.agent, grant=given, reason="By mistake.", at=LATER)
        assert balances.owed_by(case.customer, "EUR") == owed
    assert proof.faults() + ledger_proof.faults() == []
    assert all(line.ties for line in tie_out.of_day(TODAY))


@EVERY
def test_given_remedy_is_proved(code):
    grant(*offered(code))

    assert (Grant.objects.get().status, proof.faults()) == ("granted", [])


def test_days_count_from_when_the_ticket_is_worked_on_not_from_when_somebody_last_wrote():
    case, much_later = support.plain_case(), NOON + timedelta(days=50)

    found = {one.remedy.code: one for one in resolution.proposals(case.ticket, case.agent, much_later)}

    assert found["extend_due_date"].terms.pay_by == TODAY + timedelta(days=50 + 14)
    assert found["payment_plan"].terms.first_on == TODAY + timedelta(days=50 + 7)
    past = replace(found["extend_due_date"].terms, pay_by=TODAY + timedelta(days=40))
    with pytest.raises(Refusal, match="Choose a day after 21 Apr 2026"):
        resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDIES["extend_due_date"], terms=past, at=much_later)
