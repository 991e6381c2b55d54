"""Giving back what came by transfer: ordered once, told by the statement or by finance, put back when it is not possible."""

from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from billing.invoices import settling as account_credit
from billing.ledger import balances
from billing.ledger.models import Posting
from billing.money import Money
from billing.payments import gateways, proof, refunds
from billing.payments.bank import overpaid, settling, transfers
from billing.payments.bank import proof as bank_proof
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.gateways.base import KeyReused, Outcome
from tests.factories import people
from tests.factories.bank import ANNA, EVENING, brought, paying, row
from tests.factories.billing import invoice, seller, single_credit
from tests.factories.customers import group

R1, R2 = str(uuid4()), str(uuid4())

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    seller()
    return group("Berlin GmbH")


@pytest.fixture
def finance():
    return people.finance()


@pytest.fixture
def over(berlin):
    return brought(paying(invoice(berlin, 12000), 15000))[0]


def clearing():
    return sum(Posting.objects.filter(account="clearing").values_list("amount_minor", flat=True))


def test_too_much_is_ordered_back_to_the_account_it_came_from(berlin, finance, over):
    refund = overpaid.give_back(actor=finance, line=over, at=EVENING)

    order = TransferOrder.objects.get()
    assert (order.amount_minor, order.iban, order.name, order.end_to_end) == (3000, ANNA, "Anna Beispiel", refund.ref)
    assert (refund.status, order.status, balances.credit_of(berlin)) == ("unknown", "ordered", {"EUR": 0})
    assert not BankLine.objects.over().exists()


def test_line_that_tells_the_transfer_settles_the_refund(berlin, finance, over):
    refund = overpaid.give_back(actor=finance, line=over, at=EVENING)

    line = brought(row(-3000, end_to_end=refund.ref), ref="S-2")[0]

    refund.refresh_from_db()
    assert (refund.status, line.status, line.rule) == ("succeeded", "matched", "transferred")
    assert clearing() == 0
    assert proof.faults() + bank_proof.faults() == []


def test_transfer_said_to_be_made_meets_its_line_later(berlin, finance, over):
    refund = overpaid.give_back(actor=finance, line=over, at=EVENING)
    transfers.say_made(actor=finance, order=TransferOrder.objects.get(), at=EVENING)

    line = brought(row(-3000, end_to_end=refund.ref), ref="S-2")[0]

    refund.refresh_from_db()
    assert (refund.status, line.status, TransferOrder.objects.get().line) == ("succeeded", "matched", line)
    assert clearing() == 0


def test_line_of_another_amount_is_not_the_transfer(finance, over):
    refund = overpaid.give_back(actor=finance, line=over, at=EVENING)

    assert brought(row(-2999, end_to_end=refund.ref), ref="S-2")[0].status == "noted"
    assert TransferOrder.objects.get().status == "ordered"


def test_transfer_that_is_not_possible_puts_the_credit_back(berlin, finance, over):
    refund = overpaid.give_back(actor=finance, line=over, at=EVENING)

    transfers.say_impossible(actor=finance, order=TransferOrder.objects.get(), reason="Account closed", at=EVENING)

    refund.refresh_from_db()
    assert (refund.status, refund.decline_reason) == ("declined", "Account closed")
    assert balances.credit_of(berlin) == {"EUR": 3000}
    with pytest.raises(transfers.AlreadyTold):
        transfers.say_made(actor=finance, order=TransferOrder.objects.get(), at=EVENING)


def test_what_is_over_is_dealt_with_once(finance, over):
    overpaid.keep(actor=finance, line=over, at=EVENING)

    assert not BankLine.objects.over().exists()
    with pytest.raises(overpaid.NothingOver):
        overpaid.give_back(actor=finance, line=over, at=EVENING)
    with pytest.raises(overpaid.NothingOver):
        overpaid.keep(actor=finance, line=brought(row(5, "x"), ref="S-2")[0], at=EVENING)


def test_credit_used_since_is_not_given_back(berlin, finance, over):
    account_credit.apply_account_credit(invoice(berlin, 3000), EVENING)

    with pytest.raises(refunds.RefundExceedsCredit):
        overpaid.give_back(actor=finance, line=over, at=EVENING)
    assert list(BankLine.objects.over()) == [over]


def test_goodwill_is_not_sent_to_the_bank_for_credit_that_was_used(berlin, finance, over):
    account_credit.apply_account_credit(invoice(berlin, 3000), EVENING)
    single_credit(berlin, Money(5000, "EUR"), at=EVENING)

    with pytest.raises(refunds.RefundExceedsCredit):
        overpaid.give_back(actor=finance, line=over, at=EVENING)

    assert (balances.credit_of(berlin), TransferOrder.objects.count()) == ({"EUR": 5000}, 0)


@pytest.mark.parametrize("level", ["agent", "manager"])
def test_only_finance_gives_back(level, over, finance):
    viewer = people.staff(level)

    with pytest.raises(Refusal):
        overpaid.give_back(actor=viewer, line=over, at=EVENING)
    overpaid.give_back(actor=finance, line=over, at=EVENING)
    with pytest.raises(transfers.NotYours):
        transfers.say_made(actor=viewer, order=TransferOrder.objects.get(), at=EVENING)


def test_bank_collects_nothing_and_orders_a_transfer_once_per_key(berlin, over):
    bank = gateways.by_code("bank")
    ref, five = over.payment.gateway_ref, Money(500, "EUR")

    assert bank.collect(key="a", amount=five, token="").outcome == Outcome.DECLINED
    assert bank.ask(key=R1).outcome == Outcome.NEVER_SEEN
    assert bank.refund(key=R1, gateway_ref=ref, amount=five) == bank.refund(key=R1, gateway_ref=ref, amount=five)
    assert bank.ask(key=R1).outcome == Outcome.UNKNOWN
    with pytest.raises(KeyReused):
        bank.refund(key=R1, gateway_ref=ref, amount=Money(501, "EUR"))
    assert bank.refund(key=R2, gateway_ref="nobody", amount=five).outcome == Outcome.DECLINED


def test_refund_of_a_line_without_an_account_is_declined_in_words(berlin, finance):
    line = brought(paying(invoice(berlin, 12000), 15000, iban="X"))[0]
    BankLine.objects.filter(pk=line.pk).update(iban="")

    refund = overpaid.give_back(actor=finance, line=line, at=EVENING)

    assert (refund.status, refund.decline_reason) == ("declined", "It is not known from which account this came.")
    assert balances.credit_of(berlin) == {"EUR": 3000}


def test_undone_line_is_over_no_more(finance, over):
    settling.undo(actor=finance, line=over, at=EVENING)

    assert not BankLine.objects.over().exists()
