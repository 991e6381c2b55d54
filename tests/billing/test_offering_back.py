"""Money paid twice or too much goes back, towards what is open, or stays as credit: once, and as far as policy lets customers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.anomalies import finding as findings
from billing.anomalies import kept_money, offering_back
from billing.anomalies.models import Finding
from billing.invoices import proof, settling
from billing.invoices.models import Settlement
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.money import Money
from billing.payments import collecting, receiving, settlement
from billing.payments import proof as payment_proof
from billing.payments.models import Payment, Refund
from tests.factories import billing, customers, payments, people, policies
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


@pytest.mark.parametrize(("language", "reason"), [("en", "Paid twice"), ("de", "Doppelt bezahlt")])
def test_reason_is_in_the_language_of_who_paid_whoever_clicks(berlin, payer, language, reason):
    berlin.language = language
    berlin.save(update_fields=["language"])

    with translation.override("de" if language == "en" else "en"):
        assert offering_back.send_back(actor=payer, payment=paid_twice(berlin), at=NOON).reason == reason


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


@pytest.mark.parametrize(("zone", "allowed"), [("Europe/Berlin", True), ("UTC", False)])
def test_limit_that_begins_tomorrow_holds_where_it_is_tomorrow_already(berlin, payer, zone, allowed):
    evening, tomorrow = NOON.replace(hour=23, minute=30), NOON.date() + timedelta(days=1)
    Customer.objects.update(timezone=zone)
    paid_twice(berlin, 60000)
    policies.published({"self_service.refund_limit": "600.00 EUR"}, at=NOON - timedelta(days=60), on=tomorrow)

    [offer] = offering_back.offers(Customer.objects.all(), viewer=payer, at=evening)

    assert offer.refundable.allowed is allowed
    assert offering_back.decide(payer, offer.kept, evening).allowed is allowed


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


def receive(customer, amount, *documents, **facts):
    wanted = {"seller": billing.seller(), "key": uuid4(), "at": NOON, "documents": list(documents)} | facts
    return receiving.receive(actor=None, payer=customer, amount=Money(amount, "EUR"), **wanted)


def goodwill(customer, amount):
    return billing.single_credit(customer, Money(amount, "EUR"), at=NOON)


def test_goodwill_given_after_an_overpayment_was_used_is_not_offered_back(berlin, payer):
    payment = receive(berlin, 50000, billing.invoice(berlin, 100))
    settling.apply_account_credit(billing.invoice(berlin, 49900), NOON)
    goodwill(berlin, 20000)
    assert balances.credit_of(berlin) == {"EUR": 20000}

    findings.find_for([berlin], at=NOON)

    assert (offers(payer), Finding.objects.filter(status="open").count()) == ([], 0)
    with pytest.raises(offering_back.NothingKept):
        offering_back.send_back(actor=payer, payment=payment, at=NOON)


def test_goodwill_beside_an_overpayment_stays_where_it_is_when_that_goes_back(berlin, payer):
    payment = paid_twice(berlin, 500)
    goodwill(berlin, 20000)
    assert [offer.kept.amount for offer in offers(payer)] == [Money(500, "EUR")]

    made = offering_back.send_back(actor=payer, payment=payment, at=NOON)

    assert (made.amount_minor, balances.credit_of(berlin), offers(payer)) == (500, {"EUR": 20000}, [])


def test_credit_with_two_sellers_goes_back_from_where_it_is_held(berlin, payer):
    ours, theirs = billing.invoice(berlin, 100), billing.invoice(berlin, 100, legal_entity=billing.seller("other"))
    second = payments.start(berlin, ours, theirs)
    for document in (ours, theirs):
        receive(berlin, 100, document, seller=document.legal_entity)
    payment = collecting.carry_out(second.pk, NOON)
    goodwill(berlin, 5000)

    offering_back.send_back(actor=payer, payment=payment, at=NOON)

    assert (balances.credit_of(berlin), offers(payer), faults()) == ({"EUR": 5000}, [], [])
    assert balances.credit_with(berlin, seller_code="other", currency="EUR") == 0


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "bill", "use", "send_back", "keep", "take", "win"]), st.integers(0, 3), st.integers(1, 20000)
    ),
    max_size=9,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS, given_for_nothing=st.sampled_from([0, 0, 700, 30000]))
def test_what_is_offered_what_was_used_and_what_went_back_is_what_was_paid(deeds, given_for_nothing):
    account = Account(customers.group("Berlin"))
    if given_for_nothing:
        goodwill(account.customer, given_for_nothing)

    for name, which, amount in [("pay", 0, 9000), *deeds]:
        try:
            getattr(account, name)(which, amount)
        except Refusal:
            continue
        offered = sum(kept.amount.amount_minor for kept in kept_money.by([account.customer.pk]))
        assert 0 <= offered <= balances.credit_of(account.customer).get("EUR", 0)
        assert offered <= account.paid() - account.settled() - account.went_back()
        if not given_for_nothing:
            assert offered + account.used() + account.settled() + account.went_back() == account.paid()
        assert faults() == []


class Account:
    """A payer whose money comes, is used and goes back; `which` picks a payment by turns."""

    def __init__(self, customer):
        self.customer, self.payer, self.made, self.turn = customer, people.payer(customer), [], 0

    def pay(self, which, amount):
        second = payments.start(self.customer, document := billing.invoice(self.customer, amount))
        if which:
            receive(self.customer, amount * which, document)
        self.made.append(collecting.carry_out(second.pk, NOON))

    def bill(self, which, amount):
        billing.invoice(self.customer, amount)

    def use(self, which, amount):
        offering_back.use(actor=self.payer, payment=self._one(which), at=NOON)

    def send_back(self, which, amount):
        offering_back.send_back(actor=self.payer, payment=self._one(which), at=NOON)

    def keep(self, which, amount):
        offering_back.keep(actor=self.payer, payment=self._one(which), at=NOON)

    def take(self, which, amount):
        self.turn += 1
        receiving.charge_back(payment=self._one(which), amount_minor=amount, key=f"d{self.turn}", at=NOON)

    def win(self, which, amount):
        self.turn += 1
        receiving.reverse_charge_back(payment=self._one(which), amount_minor=amount, key=f"d{self.turn}", at=NOON)

    def _one(self, which):
        return self.made[which % len(self.made)]

    def paid(self):
        return self._sum(Payment.objects.filter(payer=self.customer, status="succeeded"))

    def settled(self):
        return self._sum(Settlement.objects.filter(document__customer=self.customer, payment__isnull=False))

    def used(self):
        return self._sum(Settlement.objects.filter(document__customer=self.customer, payment=None, credit_note=None))

    def went_back(self):
        refunded = self._sum(Refund.objects.filter(customer=self.customer).exclude(status="declined"))
        return refunded + sum(settlement.charged_back(payment) for payment in Payment.objects.filter(payer=self.customer))

    def _sum(self, rows):
        return sum(rows.values_list("amount_minor", flat=True))


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
