"""What becomes of a payment: paid, declined, or unknown until the gateway was asked."""

from datetime import timedelta

import pytest

from accounts.timeline.models import Activity
from billing import tasks
from billing.payments import collecting, gateways
from billing.payments.gateways.base import Answer, Outcome
from billing.payments.models import GatewayCharge, Payment
from tests.factories.billing import invoice
from tests.factories.customers import helios
from tests.factories.payments import DECLINED, NOON, TIMES_OUT, TIMES_OUT_DECLINED, pay, start

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(seconds=30)


@pytest.fixture
def berlin():
    return helios().berlin


def kinds():
    told = Activity.objects.filter(kind__startswith="billing.payment_").order_by("pk")
    return [kind.removeprefix("billing.payment_") for kind in told.values_list("kind", flat=True)]


def test_payment_succeeds_and_settles_its_invoice(berlin):
    document = invoice(berlin, 12000)

    payment = pay(berlin, document)

    document.refresh_from_db()
    assert (payment.status, document.open_minor) == (Payment.Status.SUCCEEDED, 0)
    assert payment.gateway_ref == GatewayCharge.objects.get().gateway_ref
    assert payment.settled_at == NOON
    assert kinds() == ["started", "succeeded"]


def test_payment_that_is_declined_says_why_and_leaves_the_invoice_open(berlin):
    document = invoice(berlin, 12000)

    payment = pay(berlin, document, card=DECLINED)

    document.refresh_from_db()
    assert (payment.status, payment.decline_reason) == (Payment.Status.DECLINED, "The card was declined by its bank.")
    assert document.open_minor == 12000
    assert kinds() == ["started", "declined"]
    assert Activity.objects.get(kind="billing.payment_declined").facts["reason"] == "The card was declined by its bank."


def test_carry_out_sends_a_payment_once(berlin):
    payment = pay(berlin, invoice(berlin, 12000))

    assert collecting.carry_out(payment.pk, LATER) == payment
    assert kinds() == ["started", "succeeded"]


@pytest.mark.parametrize(("card", "status", "open_minor"), [(TIMES_OUT, "succeeded", 0), (TIMES_OUT_DECLINED, "declined", 12000)])
def test_payment_of_unknown_outcome_is_resolved_by_asking(berlin, card, status, open_minor):
    document = invoice(berlin, 12000)
    payment = pay(berlin, document, card=card)
    assert payment.status == Payment.Status.UNKNOWN

    assert collecting.ask_unknown(at=LATER) == 1

    payment.refresh_from_db()
    document.refresh_from_db()
    assert (payment.status, document.open_minor) == (status, open_minor)
    assert kinds() == ["started", "unknown", status]
    assert GatewayCharge.objects.count() == 1


def test_payment_is_not_asked_for_again_at_once(berlin):
    pay(berlin, invoice(berlin, 12000), card=TIMES_OUT)

    assert collecting.ask_unknown(at=NOON + timedelta(seconds=5)) == 0


def test_payment_stays_unknown_while_the_gateway_does_not_know_either(berlin, monkeypatch):
    payment = pay(berlin, invoice(berlin, 12000), card=TIMES_OUT)
    monkeypatch.setattr(gateways.GATEWAYS["sandbox"], "ask", lambda *, key: Answer(Outcome.UNKNOWN), raising=False)

    assert collecting.ask_unknown(at=LATER) == 0
    payment.refresh_from_db()
    assert (payment.status, payment.asked_at) == (Payment.Status.UNKNOWN, LATER)
    assert kinds() == ["started", "unknown"]


def test_payment_whose_sender_died_before_the_gateway_heard_is_sent_under_the_same_key(berlin):
    payment = start(berlin, invoice(berlin, 12000))
    Payment.objects.filter(pk=payment.pk).update(status="unknown", asked_at=NOON)

    assert collecting.ask_unknown(at=LATER) == 1

    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED
    assert GatewayCharge.objects.get().key == str(payment.key)


def test_payment_whose_sender_died_after_the_gateway_heard_is_not_sent_again(berlin):
    payment = start(berlin, invoice(berlin, 12000))
    Payment.objects.filter(pk=payment.pk).update(status="unknown", asked_at=NOON)
    collecting._send(payment)

    collecting.ask_unknown(at=LATER)

    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED
    assert GatewayCharge.objects.count() == 1


def test_payment_that_was_written_down_and_forgotten_is_sent_after_a_minute(berlin):
    payment = start(berlin, invoice(berlin, 12000))

    assert collecting.send_forgotten(at=NOON + timedelta(seconds=59)) == 0
    assert collecting.send_forgotten(at=NOON + timedelta(seconds=60)) == 1
    payment.refresh_from_db()
    assert payment.status == Payment.Status.SUCCEEDED


def test_an_outcome_recorded_twice_is_recorded_once(berlin):
    payment = pay(berlin, invoice(berlin, 12000), card=TIMES_OUT)
    collecting._record(payment, Answer(Outcome.SUCCESS, "sb_1"), LATER)

    late = collecting._record(payment, Answer(Outcome.DECLINED, reason="too late"), LATER)

    assert late.status == Payment.Status.SUCCEEDED
    assert kinds() == ["started", "unknown", "succeeded"]


def test_tasks_send_and_ask(berlin):
    sent = start(berlin, invoice(berlin, 12000))
    unknown = pay(berlin, invoice(berlin, 900), card=TIMES_OUT)

    tasks.carry_out_payment.delay(sent.pk)
    tasks.ask_unknown_payments.delay()

    assert {payment.status for payment in Payment.objects.filter(pk__in=[sent.pk, unknown.pk])} == {"succeeded"}
