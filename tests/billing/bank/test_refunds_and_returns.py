"""What is given back of a payment, by us or by its bank, never exceeds it, and one key never means two refunds."""

from uuid import uuid4

import pytest
from django.db import connection

from billing.invoices import credit_notes
from billing.payments import proof, receiving, refunds
from billing.payments.gateways.base import KeyReused
from tests.factories.billing import invoice
from tests.factories.customers import helios
from tests.factories.payments import NOON, TODAY, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return helios()


def credited(document, amount_minor):
    line = document.lines.get()
    return credit_notes.credit_line(
        actor=None, line=line, reason="x", on=TODAY, at=NOON, key=str(uuid4()), amount_minor=amount_minor
    )


def test_key_of_a_refund_to_another_customer_is_refused(tree):
    berlin, lab = invoice(tree.berlin, 12000), invoice(tree.lab, 12000)
    payment = pay(tree.germany, berlin, lab)
    credited(berlin, 1000)
    credited(lab, 1000)
    facts = {"actor": None, "payment": payment, "amount_minor": 1000, "reason": "x", "key": uuid4(), "at": NOON}
    refunds.start(customer=tree.berlin, **facts)

    with pytest.raises(KeyReused):
        refunds.start(customer=tree.lab, **facts)


def test_bank_takes_back_no_more_than_was_not_refunded(tree):
    document = invoice(tree.berlin, 12000)
    payment = pay(tree.berlin, document)
    credited(document, 5000)
    refunds.refund(actor=None, payment=payment, amount_minor=5000, reason="x", key=uuid4(), at=NOON)

    with pytest.raises(receiving.BeyondPayment, match="only 7000"):
        receiving.charge_back(payment=payment, amount_minor=12000, key="k", at=NOON)
    receiving.charge_back(payment=payment, amount_minor=7000, key="k", at=NOON)
    assert proof.faults() == []


def test_payment_given_back_twice_is_a_fault_of_the_books(tree):
    payment = pay(tree.berlin, invoice(tree.berlin, 12000))
    receiving.charge_back(payment=payment, amount_minor=12000, key="k", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_payment SET refunded_minor = 500 WHERE id = %s", [payment.pk])

    assert f"payment {payment.ref} of 12000 gave back 500 and was charged back 12000" in proof.faults()
