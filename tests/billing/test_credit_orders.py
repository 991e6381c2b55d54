"""Prepaid credit over what an agent sells alone: kept for a second person, sold once, and the books stay right."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.invoices import credit_orders, proof, wallets
from billing.invoices.models import CreditOrder, Document
from billing.ledger import proof as ledger
from billing.money import Money
from tests.factories import billing, customers, people, policies

pytestmark = pytest.mark.django_db
DAY, NOON, KEY = billing.FIRST_DAY, billing.NOON, UUID(int=7)
Status = CreditOrder.Status


@pytest.fixture
def berlin():
    return billing.subscribed(customers.group("Berlin")).customer


def placed(actor, customer, minor=600_000, key=KEY, at=NOON):
    return credit_orders.place(actor=actor, customer=customer, amount=Money(minor, "EUR"), on=DAY, at=at, key=key)


def decided(actor, order, *, approve=True, note=""):
    return credit_orders.decide(actor=actor, order=order, approve=approve, note=note, on=DAY, at=NOON)


def test_agent_sells_what_they_may_at_once(berlin):
    assert isinstance(placed(people.agent(), berlin, 500_000), Document)


def test_order_over_the_limit_waits_and_sells_nothing_however_often_it_is_placed(berlin):
    agent = people.agent()

    first, again = placed(agent, berlin), placed(agent, berlin)

    assert first == again and first.status == Status.WAITING
    assert (Document.objects.count(), wallets.of(berlin, DAY)[0].held) == (0, Money(0, "EUR"))
    assert "An agent sells one customer 5,000.00 EUR" in first.reason.replace("\xa0", " ")


def test_approving_sells_it_once_and_placing_it_again_tells_the_invoice(berlin):
    agent, supervisor = people.agent(), people.supervisor()
    order = placed(agent, berlin)

    approved = [decided(supervisor, order) for _ in range(2)]

    [invoice] = Document.objects.all()
    assert [one.document for one in approved] == [invoice, invoice]
    assert placed(agent, berlin) == invoice and wallets.of(berlin, DAY)[0].held == Money(600_000, "EUR")
    assert (proof.faults(), ledger.faults()) == ([], [])


def test_order_is_headed_with_its_amount_in_major_units(berlin):
    assert str(placed(people.agent(), berlin, 500_001)) == "5,000.01\N{NO-BREAK SPACE}EUR of credit for Berlin"


def test_key_asks_for_one_amount(berlin):
    agent = people.agent()
    placed(agent, berlin)

    with pytest.raises(wallets.KeyReused):
        placed(agent, berlin, 700_000)


def test_turning_it_down_takes_a_reason_and_sells_nothing(berlin):
    order, supervisor = placed(people.agent(), berlin), people.supervisor()

    with pytest.raises(credit_orders.ReasonMissing):
        decided(supervisor, order, approve=False, note=" ")
    refused = decided(supervisor, order, approve=False, note="They owe us.")

    assert (refused.status, refused.note, Document.objects.count()) == (Status.REFUSED, "They owe us.", 0)
    with pytest.raises(credit_orders.AlreadyDecided, match="has decided already: refused"):
        decided(people.manager(), order)


def test_who_asked_does_not_decide_even_when_they_are_promoted(berlin):
    agent = people.agent()
    order = placed(agent, berlin)
    agent.staff_profile.level = "supervisor"
    agent.staff_profile.save()

    with pytest.raises(Refusal, match="You asked for this yourself"):
        decided(agent, order)
    assert list(credit_orders.waiting_for(agent)) == [] and list(credit_orders.waiting_for(people.manager())) == [order]


def test_who_belongs_to_the_customer_does_not_decide(berlin):
    order, supervisor = placed(people.agent(), berlin), people.supervisor()
    people.joins(supervisor, berlin)

    with pytest.raises(Refusal, match="You belong to this customer"):
        decided(supervisor, order)


@pytest.mark.parametrize("level", ["agent", "finance", "key_account"])
def test_other_levels_do_not_decide(berlin, level):
    order = placed(people.agent(), berlin)

    with pytest.raises(Refusal):
        decided(people.staff(level), order)


def test_who_asked_takes_it_back_and_then_nobody_sells_it(berlin):
    agent = people.agent()
    order = placed(agent, berlin)

    with pytest.raises(Refusal, match="Who asked for it takes it back"):
        credit_orders.withdraw(actor=people.agent(), order=order, at=NOON)
    taken = [credit_orders.withdraw(actor=agent, order=order, at=NOON).status for _ in range(2)]

    assert taken == [Status.WITHDRAWN] * 2
    with pytest.raises(credit_orders.AlreadyDecided):
        decided(people.supervisor(), order)


def test_approved_order_is_not_taken_back(berlin):
    agent = people.agent()
    order = placed(agent, berlin)
    decided(people.supervisor(), order)

    with pytest.raises(credit_orders.AlreadyDecided):
        credit_orders.withdraw(actor=agent, order=order, at=NOON)


def test_database_keeps_no_approval_by_the_asker_or_without_a_document(berlin):
    agent = people.agent()
    order = placed(agent, berlin)

    for wrong in ({"document": None}, {"document": billing.invoice(berlin, 100), "decided_by": agent}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditOrder.objects.filter(pk=order.pk).update(status="approved", decided_at=NOON, **wrong)


def test_managers_are_told_once_when_it_waits_too_long(berlin):
    placed(people.agent(), berlin)

    told = [credit_orders.tell_late(at=NOON + timedelta(hours=hours)) for hours in (23, 24, 48)]

    assert told == [0, 1, 0]
    assert Activity.objects.get(kind=credit_orders.LATE).facts["hours"] == 24


STEPS = st.lists(
    st.tuples(st.sampled_from(["place", "approve", "refuse", "withdraw"]), st.integers(0, 2), st.integers(1, 400)),
    min_size=1, max_size=12,
)  # fmt: skip


def _step(what, key, minor, berlin, agent, supervisor):
    order = CreditOrder.objects.filter(key=UUID(int=key)).first()
    try:
        if what == "place":
            placed(agent, berlin, minor, UUID(int=key))
        elif order and what == "withdraw":
            credit_orders.withdraw(actor=agent, order=order, at=NOON)
        elif order:
            decided(supervisor, order, approve=what == "approve", note="No.")
    except Refusal as refusal:
        assert refusal.code in {"key_reused", "already_decided"}


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_of_clicks_agents_sell_no_more_alone_and_each_order_is_sold_once(berlin, steps):
    with transaction.atomic():
        policies.published({"wallet.agent_alone_limit": "3.00 EUR"}, at=NOON)
        agent, supervisor = people.agent(), people.supervisor()
        for what, key, minor in steps:
            _step(what, key, minor, berlin, agent, supervisor)
        seconded = CreditOrder.objects.filter(status=Status.APPROVED)
        sold = Document.objects.filter(customer=berlin)
        alone = sum(sold.filter(credit_order=None).values_list("total_minor", flat=True))
        asked = sum(seconded.values_list("amount_minor", flat=True))
        held, faults = wallets.of(berlin, DAY)[0].held, (proof.faults(), ledger.faults())
        transaction.set_rollback(True)

    assert alone <= 300
    assert held == Money(alone + asked, "EUR")
    assert faults == ([], [])
