"""What is given back of a payment, by us or by its bank, never exceeds it, and one key never means two refunds."""

from uuid import uuid4

import pytest
from django.db import connection

from accounts.timeline.models import Activity
from billing.invoices import credit_notes
from billing.invoices import proof as documents
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.payments import attempts, proof, receiving, refunds, reopening
from billing.payments.gateways.base import Answer, KeyReused, Outcome
from billing.payments.models import Refund
from tests.factories.billing import invoice
from tests.factories.payments import NOON, TODAY, pay

pytestmark = pytest.mark.django_db


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

    with pytest.raises(reopening.BeyondPayment, match="only 7000"):
        receiving.charge_back(payment=payment, amount_minor=12000, key="k", at=NOON)
    receiving.charge_back(payment=payment, amount_minor=7000, key="k", at=NOON)
    assert proof.faults() == []


def test_payment_given_back_twice_is_a_fault_of_the_books(tree):
    payment = pay(tree.berlin, invoice(tree.berlin, 12000))
    receiving.charge_back(payment=payment, amount_minor=12000, key="k", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_payment SET refunded_minor = 500 WHERE id = %s", [payment.pk])

    assert f"payment {payment.ref} of 12000 gave back 500 and was charged back 12000" in proof.faults()


def test_refund_that_reopens_has_its_invoice_owed_again_and_tells_of_a_refund(tree):
    document = invoice(tree.berlin, 12000)
    payment = pay(tree.berlin, document)

    refund = refunds.refund(actor=None, payment=payment, amount_minor=5000, reason="x", key=uuid4(), at=NOON, reopens=True)

    document.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.status, document.open_minor, payment.refunded_minor) == ("succeeded", 5000, 5000)
    assert not Activity.objects.filter(kind="billing.payment_charged_back").exists()
    assert Activity.objects.filter(kind="billing.refund_made").count() == 1
    assert proof.faults() + documents.faults() + ledger.faults() == []


def test_refund_that_reopens_more_than_was_settled_is_refused(tree):
    payment = pay(tree.berlin, invoice(tree.berlin, 12000))
    refunds.refund(actor=None, payment=payment, amount_minor=12000, reason="x", key=uuid4(), at=NOON, reopens=True)

    with pytest.raises(refunds.RefundExceedsPayment):
        refunds.start(actor=None, payment=payment, amount_minor=1, reason="x", key=uuid4(), at=NOON, reopens=True)


@pytest.mark.parametrize("paid_meanwhile", [0, 2000])
def test_refund_that_reopened_and_is_declined_settles_again(tree, paid_meanwhile):
    document = invoice(tree.berlin, 12000)
    payment = pay(tree.berlin, document)
    started = refunds.start(actor=None, payment=payment, amount_minor=5000, reason="x", key=uuid4(), at=NOON, reopens=True)
    if paid_meanwhile:
        document.refresh_from_db()
        pay(tree.berlin, document, amounts={document.pk: paid_meanwhile})
    sent = attempts.mark_sent(Refund.objects, started.pk, NOON)

    refunds.record_answer(sent, Answer(Outcome.DECLINED, reason="closed"), NOON)

    document.refresh_from_db()
    payment.refresh_from_db()
    assert (document.open_minor, payment.refunded_minor) == (0, 0)
    assert balances.credit_of(tree.berlin).get("EUR", 0) == paid_meanwhile
    assert proof.faults() + documents.faults() + ledger.faults() == []
