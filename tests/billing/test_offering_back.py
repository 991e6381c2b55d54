"""Money paid twice or too much goes back, towards what is open, or stays as credit: once, and as far as policy lets customers."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.anomalies import finding as findings
from billing.anomalies import offering_back
from billing.anomalies.models import Finding
from billing.invoices import proof
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.money import Money
from billing.payments import collecting, receiving
from billing.payments import proof as payment_proof
from billing.payments.models import Refund
from tests.factories import billing, customers, payments, people
from tests.factories.payments import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return customers.group("Berlin")


@pytest.fixture
def payer(berlin):
    return people.payer(berlin)


def paid_twice(customer, amount=12000):
    document = billing.invoice(customer, amount)
    second = payments.start(customer, document)
    facts = {"seller": document.legal_entity, "key": uuid4(), "at": NOON, "documents": [document]}
    receiving.receive(actor=None, payer=customer, amount=Money(amount, "EUR"), **facts)
    return collecting.carry_out(second.pk, NOON)


def offers(payer):
    return offering_back.offers(Customer.objects.all(), viewer=payer, at=NOON)


def faults():
    return [*ledger.faults(), *proof.faults(), *payment_proof.faults()]


def test_a_second_payment_is_offered_back_and_goes_to_where_it_came_from_once(berlin, payer):
    payment = paid_twice(berlin)
    assert [(offer.kept.payment, offer.kept.amount, offer.refundable.allowed) for offer in offers(payer)] == [
        (payment, Money(12000, "EUR"), True)
    ]

    made = offering_back.send_back(actor=payer, payment=payment, at=NOON)
    with pytest.raises(offering_back.NothingKept):
        offering_back.send_back(actor=payer, payment=payment, at=NOON)

    assert (made.status, made.to, made.refunded_by, made.reason) == ("succeeded", "origin", payer, "Paid twice")
    assert (balances.credit_of(berlin)["EUR"], offers(payer), Refund.objects.count(), faults()) == (0, [], 1, [])


def test_over_the_limit_a_person_sends_it_back(berlin, payer):
    payment = paid_twice(berlin, 50001)

    [offer] = offers(payer)

    assert (offer.refundable.allowed, offer.refundable.code, offer.refundable.approver) == (False, "over_self_service", "finance")
    with pytest.raises(Refusal, match="one of our people"):
        offering_back.send_back(actor=payer, payment=payment, at=NOON)
    assert not Refund.objects.exists()


def test_in_a_currency_without_a_limit_a_person_sends_it_back(berlin, payer):
    document = billing.invoice(berlin, 500, currency="JPY")
    receiving.receive(
        actor=None, payer=berlin, amount=Money(700, "JPY"), seller=document.legal_entity, key=uuid4(), at=NOON,
        documents=[document],
    )  # fmt: skip

    assert [offer.refundable.code for offer in offers(payer)] == ["over_self_service"]


@pytest.mark.parametrize("role", ["reader", "member"])
def test_only_who_pays_decides(berlin, role):
    payment, viewer = paid_twice(berlin), people.member(berlin, role)

    assert [offer.refundable.code for offer in offers(viewer)] == ["not_within_reach"]
    for answer in (offering_back.send_back, offering_back.use, offering_back.keep):
        with pytest.raises(Refusal):
            answer(actor=viewer, payment=payment, at=NOON)
    assert balances.credit_of(berlin) == {"EUR": 12000}


def test_kept_it_is_offered_no_more_and_pays_the_next_invoice(berlin, payer):
    payment = paid_twice(berlin)

    offering_back.keep(actor=payer, payment=payment, at=NOON)

    assert (offers(payer), Finding.objects.get().status, balances.credit_of(berlin)) == ([], "dismissed", {"EUR": 12000})
    with pytest.raises(Refusal):
        offering_back.keep(actor=payer, payment=payment, at=NOON)
    findings.find_for([berlin], at=NOON)
    assert Finding.objects.get().status == "dismissed"


def test_used_it_pays_what_is_open_and_the_rest_is_still_offered(berlin, payer):
    payment = paid_twice(berlin)
    other = billing.invoice(berlin, 5000)

    assert offering_back.use(actor=payer, payment=payment, at=NOON) == [other]

    other.refresh_from_db()
    assert (other.open_minor, [offer.kept.amount for offer in offers(payer)]) == (0, [Money(7000, "EUR")])
    with pytest.raises(offering_back.NothingOpen):
        offering_back.use(actor=payer, payment=payment, at=NOON)


def test_nothing_is_offered_of_a_payment_that_its_invoices_took(berlin, payer):
    payment = payments.pay(berlin, billing.invoice(berlin, 12000))

    assert offering_back.of_payment(payment, viewer=payer, at=NOON) is None
    for answer in (offering_back.send_back, offering_back.use, offering_back.keep):
        with pytest.raises(offering_back.NothingKept):
            answer(actor=payer, payment=payment, at=NOON)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    over=st.lists(st.integers(1, 30000), min_size=1, max_size=3),
    answers=st.lists(st.tuples(st.sampled_from(["send_back", "use", "keep"]), st.integers(0, 2)), max_size=8),
    owed=st.integers(0, 20000),
)
def test_whatever_is_answered_no_cent_is_lost_or_given_twice(over, answers, owed):
    berlin = customers.group("Berlin")
    payer, document = people.payer(berlin), billing.invoice(berlin, 100)
    facts = {"actor": None, "payer": berlin, "seller": document.legal_entity, "at": NOON, "documents": [document]}
    made = [receiving.receive(amount=Money(100 + extra, "EUR"), key=uuid4(), **facts) for extra in over]
    if owed:
        billing.invoice(berlin, owed)
    before = balances.owed_by(berlin)["EUR"]

    for name, which in answers:
        try:
            getattr(offering_back, name)(actor=payer, payment=made[which % len(made)], at=NOON)
        except Refusal:
            continue

    refunded = Refund.objects.filter(payment__payer=berlin).exclude(status="declined")
    given_back = sum(refunded.values_list("amount_minor", flat=True))
    assert balances.owed_by(berlin)["EUR"] == before + given_back
    assert faults() == []
