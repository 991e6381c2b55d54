"""After a split nobody changes by an old quote what is another customer's by now, and no order is left waiting for nobody."""

from datetime import date

import pytest

from accounts.people import invitations
from accounts.quality import splitting
from billing.amendments import applying, quoting
from billing.amendments.models import OrderApproval
from billing.amendments.quoting import Change
from billing.contracts import state
from billing.invoices import run
from tests.factories import billing, people
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db
TODAY, NOON = billing.FIRST_DAY, billing.NOON


@pytest.fixture
def europe():
    return below(group("Helios"), "Europe", "division")


@pytest.fixture
def held(europe):
    subscription = billing.subscribed(europe, billing.version(price="62.00"), quantity=2, on=date(2026, 1, 1))
    run.bill(payer=europe, on=TODAY, at=NOON)
    return subscription


def split_off(europe, held):
    given = {"name": "North", "parts": {"contracts": [held.contract_id]}, "on": NOON.date(), "at": NOON}
    asked = splitting.ask(actor=people.agent(), customer=europe, **given)
    return splitting.approve(actor=people.supervisor(), split=asked, at=NOON)


def quoted(actor, held):
    return quoting.quote(actor=actor, subscription=held, change=Change("set_quantity", quantity=5), at=NOON, today=TODAY)


def apply(actor, quote):
    return applying.apply(actor=actor, token=quote.pk, at=NOON, today=TODAY)


def asked_for(customer, held):
    """An order of somebody who may order nothing alone."""
    membership = people.joins(people.person(), customer)
    invitations.limit_orders(actor=None, membership=membership, limit_minor=0, at=NOON)
    apply(membership.user, quoted(membership.user, held))
    return OrderApproval.objects.get()


def test_old_customers_people_change_nothing_of_the_new_one_by_an_old_quote(europe, held):
    actor = people.administrator(europe)
    quote = quoted(actor, held)
    split_off(europe, held)

    with pytest.raises(applying.QuoteIsStale, match="went to another customer"):
        apply(actor, quote)

    assert state.as_of(held, TODAY).quantity == 2


def test_new_customers_people_change_nothing_of_the_old_one_after_the_split_was_undone(europe, held):
    split = split_off(europe, held)
    actor = people.administrator(split.made)
    held.refresh_from_db()
    quote = quoted(actor, held)
    splitting.undo(actor=people.supervisor(), split=split, at=NOON)

    with pytest.raises(applying.QuoteIsStale, match="went to another customer"):
        apply(actor, quote)

    assert state.as_of(held, TODAY).quantity == 2


def test_change_that_was_made_is_still_told_when_it_is_asked_for_again(europe, held):
    actor = people.administrator(europe)
    quote = quoted(actor, held)
    apply(actor, quote)
    split_off(europe, held)

    assert apply(actor, quote).status == "applied"


def test_order_that_waits_is_refused_with_the_reason_when_its_contract_goes_along(europe, held):
    approval = asked_for(europe, held)

    split = split_off(europe, held)

    approval.refresh_from_db()
    assert (approval.status, approval.quote.status, approval.decided_by) == ("refused", "refused", split.decided_by)
    assert approval.note == "The contract goes to North; whoever stands there asks for a new price."
    assert "1 order that waits for an administrator is refused." in split.effects["contracts"]


def test_order_that_waits_at_the_new_customer_is_refused_when_the_split_is_undone(europe, held):
    split = split_off(europe, held)
    held.refresh_from_db()
    approval = asked_for(split.made, held)

    splitting.undo(actor=people.supervisor(), split=split, at=NOON)

    approval.refresh_from_db()
    assert (approval.status, approval.quote.status) == ("refused", "refused")


def test_order_approved_after_its_subscription_went_away_changes_nothing(europe, held):
    approval = asked_for(europe, held)
    held.customer = below(group(), "Elsewhere")
    held.save(update_fields=["customer"])

    with pytest.raises(applying.QuoteIsStale):
        applying.decide(actor=people.administrator(europe), approval=approval, approve=True, note="", at=NOON, today=TODAY)

    approval.refresh_from_db()
    assert (approval.status, state.as_of(held, TODAY).quantity) == ("waiting", 2)
