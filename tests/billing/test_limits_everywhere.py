"""The limit of who may order holds for whatever commits to money: parts of an order, a longer term, an end that is taken back."""

from datetime import timedelta

import pytest

from accounts.decisions import Refusal
from accounts.people import invitations, keys
from billing.amendments import applying, new_terms, quoting
from billing.amendments.models import OrderApproval
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
    with pytest.raises(Refusal, match=r"up to 1,487\.99\sEUR alone; this commits you to 1,488\.00\sEUR"):
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

    with pytest.raises(Refusal, match=r"up to 123\.99\sEUR alone; this commits you to 124\.00\sEUR"):
        applying.undo_scheduled(actor=limited_to(123_99, held.customer), event=event, at=NOON, today=TODAY)
    assert held.events.filter(what="undo").count() == 0

    applying.undo_scheduled(actor=limited_to(124_00, held.customer), event=event, at=NOON, today=TODAY)
    assert held.events.filter(what="undo").count() == 1


def more_seats(actor, held, quantity, at=NOON):
    change = quoting.Change("set_quantity", quantity=quantity, effective=quoting.NEXT_PERIOD)
    quoted = quoting.quote(actor=actor, subscription=held, change=change, at=at, today=at.date())
    return applying.apply(actor=actor, token=quoted.pk, at=at, today=at.date()).status


def several(held, count):
    """Further subscriptions of one seat at 62.00 EUR, of the same customer."""
    version = billing.version("PRO", "62.00")
    return [billing.subscribed(held.customer, version, under=held.contract) for _ in range(count)]


def test_limit_is_not_passed_in_parts_within_a_day(held):
    first, second, third = several(held, 3)
    member = limited_to(124_00, held.customer)

    statuses = [more_seats(member, one, 2) for one in (first, second, third)]

    assert statuses == ["applied", "applied", "asked"]
    assert "commits you to 62.00\u00a0EUR, after 124.00\u00a0EUR within a day." in OrderApproval.objects.get().reason
    assert more_seats(member, held, 3, at=NOON + timedelta(days=1)) == "applied"


def test_limit_is_not_passed_by_taking_turns_with_ones_own_keys(held):
    first, second = several(held, 2)
    chief = people.administrator(held.customer)
    bots = [keys.make(actor=chief, customer=held.customer, name="ERP", scopes=["contracts"], at=NOON)[0].user for _ in range(2)]
    invitations.limit_orders(actor=None, membership=chief.memberships.get(), limit_minor=62_00, at=NOON)

    statuses = [more_seats(bots[0], first, 2), more_seats(bots[1], second, 2), more_seats(chief, held, 3)]

    assert statuses == ["applied", "asked", "asked"]


def test_orders_of_others_and_what_saves_money_count_for_nobody_else(held):
    first, second = several(held, 2)
    member, colleague = limited_to(62_00, held.customer), limited_to(62_00, held.customer)

    assert [more_seats(member, first, 2), more_seats(colleague, second, 2), more_seats(member, held, 1)] == ["applied"] * 3
