"""Attacks on the books that once succeeded: each is refused, or done once, and the proofs stay silent."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction

from billing.invoices import credit_notes, newline, proof, single
from billing.invoices.legacy import RefTaken
from billing.invoices.newline import NewLine
from billing.ledger import proof as ledger
from billing.money import Money
from billing.payments import proof as payment_proof
from billing.payments import receiving, refunds, reopening
from tests.factories import billing, customers, payments, people, support
from tests.factories.payments import NOON

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


@pytest.fixture
def berlin():
    return customers.group("Berlin")


def faults():
    return [*ledger.faults(), *proof.faults(), *payment_proof.faults()]


@pytest.mark.parametrize("ref", ["INV-000001", "CN-000007", "INV-1000000"])
def test_imported_invoice_cannot_take_a_number_of_our_own_series(berlin, ref):
    billing.seller()
    with pytest.raises(RefTaken):
        billing.legacy_invoice(berlin, ref=ref)

    assert billing.invoice(berlin, 100).ref == "INV-000001"


def test_charge_back_told_twice_reopens_once_and_its_reversal_settles_once(berlin):
    document = billing.invoice(berlin, 100)
    payment = payments.pay(berlin, document)
    taken = [receiving.charge_back(payment=payment, amount_minor=40, key="k", at=NOON) for _ in range(2)]
    document.refresh_from_db()
    assert (document.open_minor, taken[0]) == (40, taken[1])

    for _ in range(2):
        receiving.reverse_charge_back(payment=payment, amount_minor=30, key="r", at=NOON)
    document.refresh_from_db()
    assert (document.open_minor, faults()) == (10, [])


def test_charge_back_is_not_reversed_beyond_what_was_charged_back(berlin):
    document = billing.invoice(berlin, 100)
    first, second = payments.pay(berlin, document, amounts={document.pk: 60}), payments.pay(berlin, document)
    receiving.charge_back(payment=first, amount_minor=60, key="a", at=NOON)
    receiving.reverse_charge_back(payment=first, amount_minor=60, key="a", at=NOON)
    receiving.charge_back(payment=second, amount_minor=40, key="b", at=NOON)

    with pytest.raises(reopening.BeyondPayment):
        receiving.reverse_charge_back(payment=first, amount_minor=40, key="c", at=NOON)


def test_payment_that_its_bank_took_back_is_not_refunded_as_well(berlin):
    payment = payments.pay(berlin, billing.invoice(berlin, 100))
    receiving.charge_back(payment=payment, amount_minor=70, key="k", at=NOON)
    credit = Money(300, "EUR")
    single.give_credit(actor=None, customer=berlin, legal_entity=billing.seller(), amount=credit, reason="x", on=FIRST, at=NOON)

    with pytest.raises(refunds.RefundExceedsPayment):
        refunds.refund(actor=None, payment=payment, amount_minor=31, reason="", key=uuid4(), at=NOON)


def test_prepaid_credit_that_was_used_is_not_taken_back(berlin):
    lines = [NewLine(newline.WALLET_TOPUP, berlin, "Prepaid credit", 100), billing.one_off(berlin, 60)]
    facts = {"actor": None, "customer": berlin, "legal_entity": billing.seller(), "currency": "EUR", "on": FIRST, "at": NOON}
    topped_up, _ = [single.charge(lines=[line], **facts) for line in lines]

    with pytest.raises(credit_notes.NotCreditable), transaction.atomic():
        credit_notes.credit_document(actor=None, document=topped_up, reason="", on=FIRST, at=NOON, key="k")
    assert faults() == []


def test_remedy_credits_only_the_days_charged_twice(berlin):
    support.limit()
    billing.legacy_invoice(berlin, 3100, since=FIRST, until=date(2026, 2, 1))
    again = billing.legacy_invoice(berlin, 2800, since=date(2026, 1, 31), until=date(2026, 2, 28))
    case = support.Case(berlin, support.ticket(berlin, line=again.lines.get()), people.agent())

    assert case.grant().amount_minor == case.ticket.finding.amount_minor == 100
