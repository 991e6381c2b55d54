"""What every kind of remedy promises, asked of each in the registry; `CASES` shows how to make a case of each."""

from uuid import uuid4

import pytest

from billing.money import Money
from support.remedies import proof, resolution
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import TermsUnreadable
from support.remedies.models import Grant
from support.tickets.models import Ticket
from tests.factories import support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db

CASES = {
    "credit_duplicate_charge": support.case,
    "waive_charge": support.plain_case,
    "goodwill_credit": support.plain_case,
}
EVERY = pytest.mark.parametrize("code", REMEDIES)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 1000000, 10000000)


def offered(code):
    case = CASES[code]()
    remedy = REMEDIES[code]
    return case, remedy, remedy.proposals(case.ticket)[0]


def grant(case, remedy, terms, by=None):
    return resolution.grant(actor=by or case.agent, ticket=case.ticket, remedy=remedy, terms=terms, at=NOON)


def test_every_kind_has_a_case():
    assert set(CASES) == set(REMEDIES)


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
        {"finding": "F-404", "line": "9" * 18, "ticket": "T-404"},
        {"finding": "' OR 1=1", "line": "' OR 1=1", "ticket": "\x00"},
    ],
)
def test_facts_that_name_nothing_are_refused(code, facts):
    with pytest.raises(TermsUnreadable):
        REMEDIES[code].read(facts, key=uuid4(), resolve=True)


@EVERY
def test_cost_is_above_zero_and_exactly_what_is_given(code):
    case, remedy, terms = offered(code)
    cost = remedy.cost(terms)

    given = grant(case, remedy, terms)

    assert cost > Money.zero(cost.currency)
    assert Money(given.amount_minor, given.currency) == cost
    assert given.document.total_minor == -cost.amount_minor


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

    assert str(cost) in before
    assert str(given.document) in Ticket.objects.get(pk=case.ticket.pk).messages.last().text


@EVERY
def test_given_remedy_is_proved(code):
    grant(*offered(code))

    assert (Grant.objects.get().status, proof.faults()) == ("granted", [])
