"""Credit bought ahead: one invoice for it, once, and it pays for what is billed next."""

from uuid import UUID

import pytest

from accounts.customers import responsibilities
from accounts.decisions import Refusal
from billing.invoices import proof, run, wallets
from billing.invoices.models import Document
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.money import Money
from tests.factories import billing, customers, people

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
    assert [(wallet.held, wallet.open_for_more) for wallet in wallets.of(berlin)] == [(Money(2622, "EUR"), True)]
    assert [move.amount_minor for move in wallets.moves(berlin)] == [7378, -10000]
    assert balances.owed_by(berlin) == {"EUR": 7378}
    assert (proof.faults(), ledger.faults()) == ([], [])


def test_buying_with_the_same_key_buys_once(berlin):
    payer = people.payer(berlin)

    assert bought(berlin, actor=payer) == bought(berlin, actor=payer)
    assert Document.objects.count() == 1


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
