"""Disputes and refunds that come back, in any order and told any number of times: every cent keeps a place."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.anomalies import kept_money, sending_back
from billing.invoices import credit_notes, proof, recovering, settling, single, wallets
from billing.invoices.models import Document
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.ledger.models import Posting
from billing.money import Money
from billing.payments import attempts, collecting, receiving, refunds, reopening
from billing.payments import proof as payment_proof
from billing.payments.gateways.base import Answer, Outcome
from billing.payments.models import Payment, Refund
from tests.factories import billing, customers, payments, people
from tests.factories.payments import NOON, TODAY

pytestmark = pytest.mark.django_db
CLOSED = Answer(Outcome.DECLINED, "re_1", "The card has expired or was closed.")


@pytest.fixture
def berlin():
    return customers.group("Berlin")


def faults():
    return [*ledger.faults(), *proof.faults(), *payment_proof.faults()]


def paid_twice(berlin, amount=12000):
    """An invoice and the payment that came too late for it: all of it is kept as credit."""
    document = billing.invoice(berlin, amount)
    second, seller = payments.start(berlin, document), document.legal_entity
    money = Money(amount, "EUR")
    receiving.receive(actor=None, payer=berlin, amount=money, seller=seller, key=uuid4(), at=NOON, documents=[document])
    return document, collecting.carry_out(second.pk, NOON)


def credit(customer):
    return balances.credit_of(customer).get("EUR", 0)


def open_on(document):
    return Document.objects.get(pk=document.pk).open_minor


def dispute(payment, amount=None, key="d"):
    return receiving.charge_back(payment=payment, amount_minor=amount or payment.amount_minor, key=key, at=NOON)


def win(payment, amount=None, key="d"):
    return receiving.reverse_charge_back(payment=payment, amount_minor=amount or payment.amount_minor, key=key, at=NOON)


def refunded(payment, amount, **facts):
    return refunds.refund(actor=None, payment=payment, amount_minor=amount, reason="x", key=uuid4(), at=NOON, **facts)


def test_dispute_of_money_held_as_credit_takes_the_credit_and_gives_it_again(berlin):
    document, second = paid_twice(berlin)
    assert credit(berlin) == 12000

    for _ in range(2):
        assert dispute(second) == []
    assert (credit(berlin), open_on(document)) == (0, 0)

    for _ in range(2):
        win(second)
    assert (credit(berlin), open_on(document), faults()) == (12000, 0, [])


def test_dispute_of_credit_that_was_used_has_the_invoice_owed_again_that_used_it(berlin):
    document, second = paid_twice(berlin)
    later = billing.invoice(berlin, 7000)
    settling.apply_account_credit(later, NOON)

    dispute(second)
    assert (credit(berlin), open_on(document), open_on(later), faults()) == (0, 0, 7000, [])

    win(second)
    assert (credit(berlin), open_on(later), faults()) == (5000, 0, [])


def test_dispute_of_credit_that_another_payment_gave_back_has_that_ones_invoice_owed_again(berlin):
    document, second = paid_twice(berlin)
    other = billing.invoice(berlin, 12000)
    third = payments.pay(berlin, other)
    refunded(third, 12000)
    assert credit(berlin) == 0

    dispute(second)

    assert (open_on(document) + open_on(other), faults()) == (12000, [])


def test_part_of_a_payment_disputed_takes_what_was_kept_before_anything_is_owed(berlin):
    document = billing.invoice(berlin, 10000)
    payment = receiving.receive(
        actor=None, payer=berlin, amount=Money(15000, "EUR"), seller=document.legal_entity, key=uuid4(), at=NOON
    )

    dispute(payment, 6000)

    assert (credit(berlin), open_on(document), faults()) == (0, 1000, [])


@pytest.mark.parametrize("otherwise", [0, 4000, 12000])
def test_dispute_won_after_the_invoice_was_paid_otherwise_becomes_credit(berlin, otherwise):
    document = billing.invoice(berlin, 12000)
    payment = payments.pay(berlin, document)
    dispute(payment)
    if otherwise:
        document.refresh_from_db()
        payments.pay(berlin, document, amounts={document.pk: otherwise})

    for _ in range(2):
        win(payment)

    assert (credit(berlin), open_on(document), faults()) == (otherwise, 0, [])


def test_dispute_won_after_the_invoice_was_written_off_takes_the_loss_back_and_gives_no_credit(berlin):
    document = billing.invoice(berlin, 12000)
    payment = payments.pay(berlin, document)
    dispute(payment)
    settling.write_off(document=document, reason="Gone", on=TODAY, at=NOON, actor=None)

    win(payment)

    lost = Posting.objects.filter(account="write_off").aggregate(total=Sum("amount_minor"))["total"]
    assert (lost, credit(berlin), open_on(document), faults()) == (0, 0, 0, [])


def lost():
    return Posting.objects.filter(account="write_off").aggregate(total=Sum("amount_minor"))["total"]


@pytest.mark.parametrize(("written_off", "kept"), [(12000, 0), (4000, 8000)])
def test_payment_that_succeeds_after_its_invoice_was_written_off_takes_the_loss_back(berlin, written_off, kept):
    document = billing.invoice(berlin, 12000)
    started, seller = payments.start(berlin, document), document.legal_entity
    if written_off < 12000:
        part = Money(12000 - written_off, "EUR")
        receiving.receive(actor=None, payer=berlin, amount=part, seller=seller, key=uuid4(), at=NOON, documents=[document])
    settling.write_off(document=document, reason="Gone", on=TODAY, at=NOON, actor=None)

    payment = collecting.carry_out(started.pk, NOON)

    assert (lost(), credit(berlin), open_on(document), faults()) == (0, kept, 0, [])
    dispute(payment)
    assert (credit(berlin), open_on(document), faults()) == (0, written_off, [])


def test_transfer_for_an_invoice_that_was_written_off_takes_the_loss_back_and_the_rest_is_credit(berlin):
    document = billing.invoice(berlin, 12000)
    settling.write_off(document=document, reason="Gone", on=TODAY, at=NOON, actor=None)

    for minor in (5000, 10000):
        receiving.receive(
            actor=None, payer=berlin, amount=Money(minor, "EUR"), seller=document.legal_entity, key=uuid4(), at=NOON,
            documents=[document],
        )  # fmt: skip

    assert (lost(), credit(berlin), open_on(document), faults()) == (0, 3000, 0, [])


@pytest.mark.parametrize(
    ("paid", "credited", "lost_then", "kept"), [(0, 5000, 7000, 0), (0, 12000, 0, 0), (4000, 10000, 0, 2000)]
)
def test_credit_note_for_an_invoice_that_was_written_off_takes_the_loss_back_first(berlin, paid, credited, lost_then, kept):
    document = billing.invoice(berlin, 12000)
    if paid:
        payments.pay(berlin, document, amounts={document.pk: paid})
    settling.write_off(document=Document.objects.get(pk=document.pk), reason="Gone", on=TODAY, at=NOON, actor=None)

    line = document.lines.get()
    credit_notes.credit_line(actor=None, line=line, reason="x", on=TODAY, at=NOON, key="c", amount_minor=credited)

    assert (lost(), credit(berlin), open_on(document), faults()) == (lost_then, kept, 0, [])


def test_dispute_won_twice_over_after_another_one_ends_as_if_never_disputed(berlin):
    document = billing.invoice(berlin, 12000)
    payment = payments.pay(berlin, document)
    dispute(payment)
    document.refresh_from_db()
    payments.pay(berlin, document)
    win(payment)
    assert credit(berlin) == 12000

    dispute(payment, key="e")
    assert (credit(berlin), open_on(document)) == (0, 0)
    win(payment, key="e")

    assert (credit(berlin), open_on(document), faults()) == (12000, 0, [])


def test_declined_payment_cannot_be_disputed(berlin):
    payment = payments.pay(berlin, billing.invoice(berlin, 12000), card=payments.DECLINED)

    with pytest.raises(receiving.NotCharged):
        dispute(payment)


def test_credit_moved_to_the_one_who_paid_can_still_be_disputed(berlin):
    site = customers.below(berlin, "Site")
    document = billing.invoice(site, 12000)
    payment = payments.pay(berlin, document)
    credit_notes.credit_line(actor=None, line=document.lines.get(), reason="x", on=TODAY, at=NOON, key="c", amount_minor=5000)
    refunded(payment, 5000, to="credit", customer=site)

    dispute(payment)

    assert (open_on(document), credit(berlin), faults()) == (12000, 5000, [])


def test_refund_that_came_back_is_put_back_once_and_told(berlin):
    document = billing.invoice(berlin, 12000)
    payment = payments.pay(berlin, document)
    credit_notes.credit_line(actor=None, line=document.lines.get(), reason="x", on=TODAY, at=NOON, key="c", amount_minor=5000)
    refund = refunded(payment, 5000)
    assert (refund.status, credit(berlin)) == ("succeeded", 0)

    for _ in range(2):
        refunds.come_back(refund, CLOSED, NOON)

    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.status, payment.refunded_minor, credit(berlin), faults()) == ("declined", 0, 5000, [])
    told = Activity.objects.filter(kind__in=["billing.refund_came_back", "finance.money_came_back"])
    assert sorted(told.values_list("kind", "internal")) == [
        ("billing.refund_came_back", False),
        ("finance.money_came_back", True),
    ]
    assert refunded(payment, 5000).status == "succeeded"


@pytest.mark.parametrize("otherwise", [0, 2000, 5000])
def test_refund_that_reopened_and_came_back_settles_again(berlin, otherwise):
    document = billing.invoice(berlin, 12000)
    refund = refunded(payments.pay(berlin, document), 5000, reopens=True)
    if otherwise:
        document.refresh_from_db()
        payments.pay(berlin, document, amounts={document.pk: otherwise})

    refunds.come_back(refund, CLOSED, NOON)

    assert (open_on(document), credit(berlin), faults()) == (0, otherwise, [])


def test_refund_on_its_way_or_moved_to_credit_does_not_come_back(berlin):
    site = customers.below(berlin, "Site")
    document = billing.invoice(site, 12000)
    payment = payments.pay(berlin, document)
    credit_notes.credit_line(actor=None, line=document.lines.get(), reason="x", on=TODAY, at=NOON, key="c", amount_minor=5000)
    moved = refunded(payment, 5000, to="credit", customer=site)

    assert refunds.come_back(moved, CLOSED, NOON).status == "succeeded"
    assert (credit(berlin), faults()) == (5000, [])


class Account:
    """A customer with two invoices and whatever a bank and a card can do to their payments."""

    def __init__(self):
        self.customer = customers.group("Berlin")
        billing.subscribed(self.customer)
        self.buyer = people.payer(self.customer)
        self.documents = [billing.invoice(self.customer, amount) for amount in (10000, 4000)]
        self.at = NOON

    def pay(self, a, b):
        payments.pay(self.customer, self._document(a), at=self.at)

    def overpay(self, a, b):
        document = self._document(a)
        amount = Money(1000 * (1 + b), "EUR")
        receiving.receive(
            actor=None, payer=self.customer, amount=amount, seller=document.legal_entity, key=uuid4(), at=self.at,
            documents=[document],
        )  # fmt: skip

    def use_credit(self, a, b):
        settling.apply_account_credit(billing.invoice(self.customer, 1000 * (1 + b)), self.at)

    def give_credit(self, a, b):
        seller, amount = self.documents[0].legal_entity, Money(500 * (1 + b), "EUR")
        single.give_credit(
            actor=None, customer=self.customer, legal_entity=seller, amount=amount, reason="x", on=TODAY, at=self.at
        )

    def refund(self, a, b):
        payment = self._payment(a)
        amount = max(1, payment.amount_minor * (1 + b % 3) // 3)
        refunds.refund(actor=None, payment=payment, amount_minor=amount, reason="x", key=uuid4(), at=self.at, reopens=bool(b % 2))

    def refund_slowly(self, a, b):
        payment, minor = self._payment(a), 500 * (1 + b)
        started = refunds.start(actor=None, payment=payment, amount_minor=minor, reason="x", key=uuid4(), at=self.at)
        attempts.mark_sent(Refund.objects, started.pk, self.at)

    def send_back(self, a, b):
        kept = kept_money.of(self._payment(a))
        attempts.mark_sent(Refund.objects, sending_back.start(actor=self.buyer, kept=kept, at=self.at).pk, self.at)

    def answer(self, a, b):
        sent = list(Refund.objects.filter(status=attempts.UNKNOWN).order_by("pk"))
        refunds.record_answer(sent[a % len(sent)], CLOSED if b % 2 else Answer(Outcome.SUCCESS, "re_1"), self.at)

    def bounce(self, a, b):
        all_of_them = list(Refund.objects.order_by("pk"))
        refunds.come_back(all_of_them[a % len(all_of_them)], CLOSED, self.at)

    def dispute(self, a, b):
        payment = self._payment(a)
        receiving.charge_back(
            payment=payment, amount_minor=payment.amount_minor * (1 + b % 2) // 2, key=f"{payment.pk}:{b}", at=self.at
        )

    def win(self, a, b):
        payment = self._payment(a)
        key = f"{payment.pk}:{b}"
        receiving.reverse_charge_back(payment=payment, amount_minor=receiving.charged_back_with(key), key=key, at=self.at)

    def write_off(self, a, b):
        settling.write_off(document=self._document(a), reason="x", on=TODAY, at=self.at, actor=None)

    def buy_ahead(self, a, b):
        amount = Money(700 * (1 + b), "EUR")
        wallets.top_up(actor=self.buyer, customer=self.customer, amount=amount, on=TODAY, at=self.at, key=uuid4())

    def void(self, a, b):
        issued = list(Document.objects.filter(kind="invoice", status="issued").order_by("pk"))
        document = issued[a % len(issued)]
        credit_notes.credit_document(actor=None, document=document, reason="x", on=TODAY, at=self.at, key=f"{document.pk}")

    def correct(self, a, b):
        document, held, key = self._document(a), credit(self.customer), str(uuid4())
        part = 900 * (1 + b)
        credit_notes.credit_line(
            actor=None, line=document.lines.get(), reason="x", on=TODAY, at=self.at, key=key, amount_minor=part
        )
        assert credit(self.customer) == held or recovering.lost_of(document) == 0

    def _document(self, a):
        return Document.objects.get(pk=self.documents[a % 2].pk)

    def _payment(self, a):
        known = list(Payment.objects.filter(status="succeeded").order_by("pk"))
        return known[a % len(known)]


FEW = st.integers(0, 4)
DEEDS = sorted(name for name in vars(Account) if not name.startswith("_"))


def held_by_gateways():
    paid = Payment.objects.filter(status="succeeded").aggregate(total=Sum("amount_minor"))["total"] or 0
    given = (
        Refund.objects.filter(to="origin").exclude(status=attempts.DECLINED).aggregate(total=Sum("amount_minor"))["total"] or 0
    )
    taken = Posting.objects.filter(account="clearing", entry__what__startswith="charge_back").aggregate(total=Sum("amount_minor"))
    return paid - given + (taken["total"] or 0)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from([*DEEDS, "dispute", "win", "bounce"]), st.integers(0, 5), st.integers(0, 4)), max_size=18)
)
def test_books_hold_what_the_gateways_hold_whatever_comes_back_in_whatever_order(deeds):
    outer = transaction.atomic()
    outer._from_testcase = True
    with outer:
        account = Account()
        account.pay(0, 0)
        for name, a, b in deeds:
            account.at += timedelta(minutes=1)
            inner = transaction.atomic()
            inner._from_testcase = True
            try:
                with inner:
                    getattr(account, name)(a, b)
            except (Refusal, ZeroDivisionError):
                continue
            assert faults() == [], name
        booked = Posting.objects.filter(account="clearing").aggregate(total=Sum("amount_minor"))["total"] or 0
        assert booked == held_by_gateways()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_dispute_won_after_paying_otherwise_is_found_and_offered_back(berlin):
    document = billing.invoice(berlin, 12000)
    payment = payments.pay(berlin, document)
    dispute(payment)
    document.refresh_from_db()
    payments.pay(berlin, document)
    assert kept_money.by([berlin.pk]) == []

    win(payment)

    kept = kept_money.by([berlin.pk])
    assert [(one.payment, one.amount, one.paid_twice) for one in kept] == [(payment, Money(12000, "EUR"), [document])]


def test_more_than_a_customer_ever_paid_with_it_is_left_for_finance(berlin):
    _, second = paid_twice(berlin)
    with pytest.raises(reopening.BeyondPayment):
        dispute(second, 12001)
    assert faults() == []
