"""The limit of who may order holds for whatever commits to money: a longer term, and an end that is taken back."""

import pytest

from accounts.decisions import Refusal
from accounts.people import invitations
from billing.amendments import applying, new_terms, quoting
from billing.contracts.models import ContractTerms
from billing.contracts.terms import Terms
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
NOON, TODAY = billing.NOON, billing.FIRST_DAY


@pytest.fixture
def held():
    """Two seats at 62.00 EUR a month for a year."""
    return billing.subscribed(customers.group(), billing.version("PRO", "62.00"), quantity=2)


def limited_to(minor, customer):
    membership = people.joins(people.person(password=None), customer)
    return invitations.limit_orders(actor=None, membership=membership, limit_minor=minor, at=NOON).user


def sign(actor, held, **changed):
    wanted = Terms(**{**vars(Terms.of(held.contract)), **changed})
    return new_terms.sign(actor=actor, contract=held.contract, wanted=wanted, signed_name="Ada Berg", today=TODAY, at=NOON)


def test_longer_term_is_signed_only_by_who_may_order_for_what_it_commits_to(held):
    with pytest.raises(Refusal, match=r"up to 1,?487\.99 EUR alone; this commits you to 1,?488\.00 EUR"):
        sign(limited_to(1487_99, held.customer), held, term_months=24)
    assert not ContractTerms.objects.filter(term_months=24).exists()

    assert sign(limited_to(1488_00, held.customer), held, term_months=24).term_months == 24


def test_terms_that_bind_no_longer_are_signed_without_any_limit(held):
    assert sign(limited_to(0, held.customer), held, po_number="PO-7").po_number == "PO-7"


def test_end_to_come_is_taken_back_only_by_who_may_order_what_goes_on(held):
    administrator = people.administrator(held.customer)
    change = quoting.Change("cancel", effective=quoting.END_OF_TERM)
    quoted = quoting.quote(actor=administrator, subscription=held, change=change, at=NOON, today=TODAY)
    applying.apply(actor=administrator, token=quoted.pk, at=NOON, today=TODAY)
    event = held.events.get(what="cancel")

    with pytest.raises(Refusal, match=r"up to 123\.99 EUR alone; this commits you to 124\.00 EUR"):
        applying.undo_scheduled(actor=limited_to(123_99, held.customer), event=event, at=NOON, today=TODAY)
    assert held.events.filter(what="undo").count() == 0

    applying.undo_scheduled(actor=limited_to(124_00, held.customer), event=event, at=NOON, today=TODAY)
    assert held.events.filter(what="undo").count() == 1
