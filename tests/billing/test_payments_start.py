"""Writing a payment down: who may pay what, how much, and what a second click does."""

from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.invoices import credit_notes
from billing.payments import attempts, collecting, methods, selectors
from billing.payments.gateways.base import KeyReused, Method, UnknownGateway
from billing.payments.models import GatewayCharge, Payment, PaymentMethod
from tests.factories import people
from tests.factories.billing import invoice
from tests.factories.customers import below, group
from tests.factories.payments import DECLINED, GOOD, NOON, TIMES_OUT, TODAY, pay, start

pytestmark = pytest.mark.django_db


def test_start_takes_what_is_open_from_the_books_and_calls_no_gateway(tree):
    first, second = invoice(tree.berlin, 12000), invoice(tree.lab, 900)

    payment = start(tree.germany, second, first)

    assert (payment.amount_minor, payment.currency, payment.status) == (12900, "EUR", Payment.Status.STARTED)
    assert list(payment.shares.order_by("document_id").values_list("document", "amount_minor")) == [
        (first.pk, 12000),
        (second.pk, 900),
    ]
    assert not GatewayCharge.objects.exists()
    told = Activity.objects.get(kind="billing.payment_started")
    assert (told.customer, told.about_ref) == (tree.germany, payment.ref)
    assert told.facts == {"amount": "129.00 EUR", "method": "Visa •••• 4242", "documents": f"{first.ref}, {second.ref}"}


def test_start_pays_a_part_when_asked_to(tree):
    document = invoice(tree.berlin, 12000)

    assert start(tree.berlin, document, amounts={document.pk: 5000}).amount_minor == 5000


@pytest.mark.parametrize("amount_minor", [0, -1, 12001])
def test_start_refuses_an_amount_that_is_not_owed(tree, amount_minor):
    document = invoice(tree.berlin, 12000)

    with pytest.raises(collecting.AmountChanged):
        start(tree.berlin, document, amounts={document.pk: amount_minor})


def test_start_refuses_when_the_total_is_not_what_the_payer_saw(tree):
    document = invoice(tree.berlin, 12000)
    credit_notes.credit_line(
        actor=None, line=document.lines.get(), reason="goodwill", on=TODAY, at=NOON, key="g1", amount_minor=2000
    )

    with pytest.raises(collecting.AmountChanged, match="changed to 100.00 EUR"):
        start(tree.berlin, document, confirmed_minor=12000)

    assert start(tree.berlin, document, confirmed_minor=10000).amount_minor == 10000


def test_start_returns_the_first_payment_when_the_form_is_sent_twice(tree):
    document, key = invoice(tree.berlin, 12000), uuid4()
    first = start(tree.berlin, document, key=key)

    assert start(tree.berlin, document, key=key) == first
    collecting.carry_out(first.pk, NOON)
    assert start(tree.berlin, document, key=key) == first
    assert Payment.objects.count() == 1


def test_start_refuses_a_key_that_named_another_amount(tree):
    document, key = invoice(tree.berlin, 12000), uuid4()
    first = start(tree.berlin, document, key=key, confirmed_minor=12000)

    assert start(tree.berlin, document, key=key, confirmed_minor=12000) == first
    with pytest.raises(KeyReused):
        start(tree.berlin, document, key=key, confirmed_minor=12001)


def test_start_refuses_a_key_that_named_another_payment(tree):
    first, second, key = invoice(tree.berlin, 12000), invoice(tree.berlin, 900), uuid4()
    start(tree.berlin, first, key=key)

    with pytest.raises(KeyReused):
        start(tree.berlin, second, key=key)
    with pytest.raises(KeyReused):
        start(tree.berlin, first, key=key, actor=people.payer(tree.germany))


def test_start_refuses_documents_that_cannot_be_paid(tree):
    paid, dollars, euros = invoice(tree.berlin, 100), invoice(tree.berlin, 100, currency="USD"), invoice(tree.berlin, 100)
    pay(tree.berlin, paid)
    credit_note = credit_notes.credit_line(
        actor=None, line=euros.lines.get(), reason="x", on=TODAY, at=NOON, key="k", amount_minor=1
    )

    with pytest.raises(collecting.AlreadyPaid, match="already paid"):
        start(tree.berlin, paid)
    with pytest.raises(collecting.MixedCurrencies):
        start(tree.berlin, dollars, euros)
    with pytest.raises(collecting.NotPayable):
        start(tree.berlin, credit_note)
    with pytest.raises(collecting.NothingToPay):
        start(tree.berlin)


def test_start_refuses_a_gateway_nobody_registered(tree):
    with pytest.raises(UnknownGateway):
        start(tree.berlin, invoice(tree.berlin), card=Method("barter", "sheep", "A sheep"))


def test_start_refuses_a_document_that_another_payment_holds(tree):
    document, other = invoice(tree.berlin, 12000), invoice(tree.berlin, 900)
    unresolved = pay(tree.berlin, document, card=TIMES_OUT)

    with pytest.raises(collecting.BeingPaid, match=f"{unresolved.ref} is still being checked"):
        start(tree.berlin, other, document)

    assert selectors.being_checked([document, other]) == {document.pk: unresolved}


def test_start_lets_the_payer_try_again_after_a_decline(tree):
    document = invoice(tree.berlin, 12000)
    pay(tree.berlin, document, card=DECLINED)

    assert pay(tree.berlin, document).status == Payment.Status.SUCCEEDED


def test_payer_pays_for_all_below_and_nobody_else(tree):
    payer, berlin_payer = people.payer(tree.germany), people.payer(tree.berlin)
    berlin, lab, us = invoice(tree.berlin, 100), invoice(tree.lab, 100), invoice(tree.us, 100)

    assert start(tree.germany, berlin, lab, actor=payer).paid_by == payer
    with pytest.raises(collecting.NotYours):
        start(tree.germany, us, actor=payer)
    with pytest.raises(Refusal) as refusal:
        start(tree.germany, us, actor=berlin_payer)
    assert refusal.value.code == "not_within_reach"


@pytest.mark.parametrize("role", ["member", "reader"])
def test_members_without_the_right_may_not_pay(tree, role):
    with pytest.raises(Refusal):
        start(tree.berlin, invoice(tree.berlin), actor=people.member(tree.berlin, role))


def test_staff_do_not_pay_for_customers(tree):
    with pytest.raises(Refusal):
        start(tree.berlin, invoice(tree.berlin), actor=people.finance())


def test_payer_for_is_the_nearest_customer_above_all_within_reach(tree):
    munich = below(tree.germany, "Munich")
    documents = [invoice(tree.lab, 100), invoice(munich, 100)]

    assert collecting.payer_for(people.payer(tree.group), documents) == tree.germany
    assert collecting.payer_for(people.payer(tree.group), documents[:1]) == tree.lab


def test_payer_for_refuses_when_no_common_customer_is_within_reach(tree):
    here_and_there = people.payer(tree.berlin)
    people.joins(here_and_there, tree.us, "payer")
    stranger = invoice(group("Other"), 100)

    with pytest.raises(collecting.NoCommonPayer):
        collecting.payer_for(here_and_there, [invoice(tree.berlin, 100), invoice(tree.us, 100)])
    with pytest.raises(collecting.NoCommonPayer):
        collecting.payer_for(people.payer(tree.group), [invoice(tree.berlin, 100), stranger])
    with pytest.raises(collecting.NothingToPay):
        collecting.payer_for(here_and_there, [])


def test_payments_are_seen_where_they_were_made_and_where_they_paid(tree):
    munich = below(tree.germany, "Munich")
    payment = pay(tree.germany, invoice(tree.berlin, 100))

    assert list(selectors.visible_to(people.member(tree.germany))) == [payment]
    assert list(selectors.visible_to(people.member(tree.berlin))) == [payment]
    assert not selectors.visible_to(people.member(munich)).exists()


def test_every_status_has_its_steps():
    assert set(attempts.STEPS) == set(Payment.Status)
    assert set().union(*attempts.STEPS.values()) <= set(Payment.Status)


def test_a_payment_never_takes_a_step_that_is_not_in_the_table(tree):
    payment = pay(tree.berlin, invoice(tree.berlin, 100))

    with pytest.raises(attempts.StepNotAllowed, match="is Paid and cannot become Declined"):
        attempts.step(payment, Payment.Status.DECLINED)


def test_a_method_is_kept_once_and_proposed_first(tree):
    payer = people.payer(tree.berlin)
    methods.keep(actor=payer, customer=tree.berlin, method=GOOD, at=NOON)
    methods.keep(actor=payer, customer=tree.berlin, method=TIMES_OUT, at=NOON)
    again = methods.keep(actor=payer, customer=tree.berlin, method=GOOD, at=NOON)

    assert [kept.label for kept in methods.kept_for(tree.berlin)] == ["Visa •••• 4242", "Visa •••• 0119"]
    methods.remove(actor=payer, kept=again, at=NOON)
    methods.remove(actor=payer, kept=again, at=NOON)
    assert [kept.label for kept in methods.kept_for(tree.berlin)] == ["Visa •••• 0119"]
    assert PaymentMethod.objects.count() == 2


def test_a_method_is_kept_only_by_payers_and_while_it_is_valid(tree):
    expired = Method("sandbox", GOOD.token, GOOD.label, expires_on=TODAY)

    with pytest.raises(methods.MethodExpired):
        methods.keep(actor=None, customer=tree.berlin, method=expired, at=NOON)
    with pytest.raises(Refusal):
        methods.keep(actor=people.member(tree.berlin), customer=tree.berlin, method=GOOD, at=NOON)


def test_a_kept_method_pays(tree):
    kept = methods.keep(actor=None, customer=tree.berlin, method=GOOD, at=NOON)

    assert pay(tree.berlin, invoice(tree.berlin, 100), card=kept).status == Payment.Status.SUCCEEDED
