"""What "What may I do?" lists for each tier, time with us and fault is what the server allows, to the cent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.customers.models import Customer
from billing.money import Money
from support.remedies import authority, combinations, fault, resolution
from tests.factories import billing, people, policies, support
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
LATER = support.NOON + timedelta(days=400)
LONG = {0: LATER, 365: support.NOON}  # when a customer was added that is with us for so many days


@pytest.fixture
def agent():
    """An agent with a limit of 50, of 300 at Gold and of 380 a day, and with more where criteria fit."""
    support.limit("agent", 5000, 38000)
    support.limit("supervisor", 100000, 300000)
    policies.published({"goodwill.agent_ticket_limit": "300.00 EUR"}, code="gold", place="tier", tier="gold")
    support.allowance(25000, remedy="goodwill_credit", fault="ours")
    support.allowance(40000, remedy="goodwill_credit", fault="ours", tier="silver", per_day_minor=90000)
    support.allowance(39000, remedy="goodwill_credit", fault="nobodys")
    support.allowance(8000, remedy="goodwill_credit", tenure_days=365)
    support.allowance(12000, remedy="goodwill_credit", tenure_days=90, share_percent=20)
    return people.agent()


def listed(agent):
    return {
        (row.tier, row.days, side): most
        for row in combinations.of_goodwill(agent, "EUR", at=LATER)
        for side, most in row.most_by_fault.items()
    }


def test_each_tier_time_and_fault_has_its_amount(agent):
    told = {case: most.amount_minor for case, most in listed(agent).items()}

    assert len(told) == 24
    assert {told[case] for case in told if case[2] == "nobodys"} == {38000}, "the limit of the day"
    assert {case: told[case] for case in told if case[2] in {"", "ours"}} == {
        ("standard", 0, ""): 5000, ("standard", 0, "ours"): 25000, ("standard", 365, ""): 8000, ("standard", 365, "ours"): 25000,
        ("silver", 0, ""): 5000, ("silver", 0, "ours"): 40000, ("silver", 365, ""): 8000, ("silver", 365, "ours"): 40000,
        ("gold", 0, ""): 30000, ("gold", 0, "ours"): 30000, ("gold", 365, ""): 30000, ("gold", 365, "ours"): 30000,
    }  # fmt: skip


def test_server_allows_what_is_listed_and_not_a_cent_more(agent):
    for (tier, days, side), most in listed(agent).items():
        customer = group(f"{tier} {days} {side}", tier=tier)
        Customer.objects.filter(pk=customer.pk).update(created_at=LONG[days])
        billing.contract(customer)
        ticket = support.ticket(Customer.objects.get(pk=customer.pk))
        if side:
            fault.judge(actor=agent, ticket=ticket, side=side, evidence="The log.", at=LATER)

        codes = [asked(agent, ticket, amount) for amount in (most, most + Money(1, "EUR"))]

        over = "over_day_limit" if side == "nobodys" else "over_ticket_limit"
        assert codes == ["allowed", over], (tier, days, side)


def asked(agent, ticket, amount):
    facts = {"ticket": ticket.ref, "amount": str(amount.number)}
    remedy, terms = resolution.read("goodwill_credit", facts, key=uuid4())
    return authority.decide(actor=agent, ticket=ticket, remedy=remedy, terms=terms, at=LATER).code


def test_who_gives_nothing_is_listed_nothing():
    assert combinations.of_goodwill(people.member(group()), "EUR", at=LATER) == []
