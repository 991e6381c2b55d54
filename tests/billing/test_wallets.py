"""Credit bought ahead: one invoice for it, once, and it pays for what is billed next."""

from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.customers import responsibilities
from accounts.decisions import Refusal
from billing.invoices import proof, run, wallets
from billing.invoices.models import Document
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.money import Money
from tests.factories import billing, customers, people, policies

pytestmark = pytest.mark.django_db
DAY, NOON, KEY = billing.FIRST_DAY, billing.NOON, UUID(int=7)


@pytest.fixture
def berlin():
    subscription = billing.subscribed(customers.group("Berlin"), tax_rate="0.19")
    return subscription.customer


def bought(customer, amount="100.00", currency="EUR", key=KEY, actor=None):
    who = actor or people.payer(customer)
    return wallets.top_up(actor=who, customer=customer, amount=Money.of(amount, currency), on=DAY, at=NOON, key=key)


def test_credit_bought_ahead_pays_the_next_invoice_with_its_tax(berlin):
    invoice = bought(berlin)

    [billed] = run.bill(payer=berlin, on=DAY, at=NOON)
    billed.refresh_from_db()

    assert (invoice.total_minor, invoice.tax_minor, invoice.open_minor) == (10000, 0, 10000)
    assert (billed.total_minor, billed.open_minor) == (7378, 0)
    assert [(wallet.held, wallet.open_for_more) for wallet in wallets.of(berlin, DAY)] == [(Money(2622, "EUR"), True)]
    assert [move.amount_minor for move in wallets.moves(berlin)] == [7378, -10000]
    assert balances.owed_by(berlin) == {"EUR": 7378}
    assert (proof.faults(), ledger.faults()) == ([], [])


def test_buying_with_the_same_key_buys_once(berlin):
    payer = people.payer(berlin)

    assert bought(berlin, actor=payer) == bought(berlin, actor=payer)
    assert Document.objects.count() == 1


def test_agent_sells_one_customer_no_more_alone_than_policy_says_in_parts_neither(berlin):
    policies.published({"wallet.agent_alone_limit": "300.00 EUR"}, at=NOON)
    agent, other = people.agent(), people.agent()
    bought(berlin, "200.00", actor=agent)

    with pytest.raises(Refusal) as refusal:
        bought(berlin, "100.01", actor=agent, key=UUID(int=8))

    assert refusal.value.code == "over_wallet_limit"
    assert refusal.value.reason == (
        "An agent sells one customer 300.00 EUR of credit in 24 hours; with this it is 300.01 EUR. A supervisor sells more."
    )
    assert refusal.value.source == "credit-policy v1" and Document.objects.count() == 1
    for number, (seller, amount) in enumerate([(agent, "100.00"), (other, "300.00"), (people.supervisor(), "9000.00")], start=9):
        bought(berlin, amount, actor=seller, key=UUID(int=number))


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0.00", "EUR", "not_above_zero"), ("-5.00", "EUR", "not_above_zero"), ("100000.01", "EUR", "too_much_ahead"),
        ("5.00", "USD", "nothing_to_prepay"),
    ],
)  # fmt: skip
def test_credit_that_cannot_be_sold_is_refused(berlin, amount, currency, code):
    with pytest.raises(Refusal) as refused:
        bought(berlin, amount, currency)

    assert (refused.value.code, Document.objects.count()) == (code, 0)


def test_customer_for_whom_another_pays_holds_no_credit_of_its_own(berlin):
    lab = customers.below(berlin)
    responsibilities.set_payer(actor=None, customer=lab, payer=berlin, since=DAY, at=NOON)

    with pytest.raises(Refusal, match=f"{berlin.name} pays for this customer"):
        bought(lab)


def test_reader_buys_nothing_and_an_agent_takes_the_order(berlin):
    with pytest.raises(Refusal):
        bought(berlin, actor=people.member(berlin, "reader"))

    assert bought(berlin, actor=people.agent()).customer == berlin


def test_wallets_stand_where_somebody_pays_and_not_above_those_who_pay_themselves(berlin):
    lab, works = customers.below(berlin), customers.below(berlin)
    dollars = billing.subscribed(works, billing.version("PRO", currency="USD"))
    yens = billing.subscribed(lab, billing.version("PRO", currency="JPY", price="5000"))
    responsibilities.set_payer(actor=None, customer=works, payer=lab, since=DAY, at=NOON)

    assert [wallet.held.currency for wallet in wallets.of(berlin, DAY)] == ["EUR"]
    assert [wallet.held.currency for wallet in wallets.of(lab, DAY)] == [yens.contract.currency, dollars.contract.currency]
    assert wallets.of(works, DAY) == []


def test_payer_has_a_wallet_for_what_another_consumes_under_a_contract_above(berlin):
    lab = customers.below(berlin)
    billing.subscribed(lab, under=berlin.contracts.get())

    assert [wallet.held.currency for wallet in wallets.of(lab, DAY)] == ["EUR"]


def test_key_sells_one_amount_once_and_no_other(berlin):
    first = bought(berlin)

    assert bought(berlin) == first
    with pytest.raises(wallets.KeyReused):
        bought(berlin, "200.00")

    assert berlin.documents.count() == 1


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bought_and_otherwise_less_used_is_held_whatever_was_bought(berlin, amounts):
    with transaction.atomic():
        for place, minor in enumerate(amounts):
            wallets.top_up(
                actor=people.agent(), customer=berlin, amount=Money(minor, "EUR"), on=DAY, at=NOON, key=UUID(int=place)
            )
        run.bill(payer=berlin, on=DAY, at=NOON)
        [moved], [wallet] = wallets.moved(berlin), wallets.of(berlin, DAY)
        transaction.set_rollback(True)

    assert moved.bought.amount_minor == sum(amounts)
    assert moved.bought + moved.otherwise - moved.used == wallet.held
