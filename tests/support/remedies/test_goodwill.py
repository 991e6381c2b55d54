"""Goodwill is the giver's to size, within authority, once a ticket, and not again and again for one group."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from billing.ledger import balances
from billing.ledger import proof as books
from support.remedies import approvals, proof, resolution
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import TermsUnreadable
from support.remedies.models import Grant
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
GOODWILL = REMEDIES["goodwill_credit"]


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 200000, 1000000)


def give(case, amount, *, by=None, at=NOON):
    terms = GOODWILL.read({"ticket": case.ticket.ref, "amount": amount}, key=uuid4(), resolve=True)
    return resolution.grant(actor=by or case.agent, ticket=case.ticket, remedy=GOODWILL, terms=terms, at=at)


def test_amount_chosen_is_given_and_reduces_what_is_owed():
    case = support.plain_case(12000)

    grant = give(case, "30.00")

    assert (grant.status, grant.document.total_minor) == ("granted", -3000)
    assert balances.owed_by(case.customer) == {"EUR": 9000}
    assert (proof.faults(), books.faults()) == ([], [])


def test_closing_words_say_what_was_wrong_what_was_given_and_what_comes_next():
    case = support.plain_case(12000)

    grant = give(case, "30.00")

    assert case.ticket.messages.order_by("pk").last().text.splitlines() == [
        f"We are sorry for the trouble with “{case.ticket.subject}”.",
        f"We have credited 30.00 EUR with credit note {grant.document}.",
        "Open invoices take it first; what is left is taken off your next one.",
    ]


@pytest.mark.parametrize(("amount", "status"), [("250.00", "granted"), ("250.01", "awaiting_approval")])
def test_authority_measures_the_amount_chosen_to_the_cent(amount, status):
    assert give(support.plain_case(), amount).status == status


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e3", "10,00", "abc", "0.001", "9" * 30, "NaN"])
def test_amount_that_makes_no_sense_is_refused(amount):
    with pytest.raises(TermsUnreadable):
        give(support.plain_case(), amount)

    assert not Grant.objects.exists()


def test_goodwill_is_given_once_a_ticket():
    case = support.plain_case()
    give(case, "10.00")

    again = GOODWILL.read({"ticket": case.ticket.ref, "amount": "5.00"}, key=uuid4(), resolve=True)

    assert GOODWILL.eligible(case.ticket, again).code == "goodwill_given"
    with pytest.raises(Refusal):
        give(case, "5.00")


def test_third_time_in_ninety_days_a_supervisor_decides():
    top, agent = group("Helios"), people.agent()
    cases = [support.plain_case(customer=below(top), agent=agent) for _ in range(3)]
    for case in cases[:2]:
        give(case, "10.00")

    asked = give(cases[2], "10.00")

    assert (asked.status, asked.decision["code"], asked.approval.approver_level) == (
        "awaiting_approval",
        "too_often",
        "supervisor",
    )
    assert all(str(grant) in asked.decision["reason"] for grant in Grant.objects.filter(status="granted"))
    approvals.decide(actor=people.supervisor(), approval=asked.approval, approve=True, note="", at=NOON)
    asked.refresh_from_db()
    assert asked.status == "granted"


def test_other_groups_and_older_gifts_do_not_count():
    customer, agent = group(), people.agent()
    for days in (200, 100):
        give(support.plain_case(customer=customer, agent=agent), "10.00", at=NOON - timedelta(days=days))
    give(support.plain_case(agent=agent), "10.00")

    assert give(support.plain_case(customer=customer, agent=agent), "10.00").status == "granted"


def test_supervisor_without_acknowledged_policy_approves_nothing():
    asked = give(support.plain_case(), "300.00")

    with pytest.raises(Refusal) as refusal:
        approvals.decide(actor=people.supervisor(acknowledged=False), approval=asked.approval, approve=True, note="", at=NOON)

    assert refusal.value.code == "policy_not_acknowledged"


@settings(max_examples=30)
@given(minor=st.integers(1, 25000), owed=st.integers(1, 50000))
def test_any_amount_leaves_the_books_balanced_and_the_customer_better_off_by_it(minor, owed):
    case = support.plain_case(owed, agent=people.agent())

    grant = give(case, f"{minor // 100}.{minor % 100:02}")

    assert grant.status == "granted"
    assert balances.owed_by(case.customer).get("EUR", 0) == owed - minor
    assert books.faults() == []
