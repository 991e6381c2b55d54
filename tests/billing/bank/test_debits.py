"""Direct debit from the signature to the return: ordered, sent once, announced, collected, returned; the books follow."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.ledger.models import Posting
from billing.money import Money
from billing.payments import collecting, gateways, methods, proof, refunds
from billing.payments.bank import proof as bank_proof
from billing.payments.bank.models import TransferOrder
from billing.payments.gateways.base import KeyReused, Outcome
from billing.payments.models import Payment
from billing.payments.sepa import debits, mandates
from billing.payments.sepa.models import DebitFile, DirectDebit
from tests.factories import people
from tests.factories.bank import ANNA, BORIS, EVENING, bring, brought, camt, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)


@pytest.fixture
def accord():
    return seller(creditor_id="DE98ZZZ09999999999")


@pytest.fixture
def berlin(accord):
    return group("Berlin GmbH")


@pytest.fixture
def mandate(berlin, accord):
    return signed(berlin, accord)


def signed(customer, by, iban=ANNA, actor=None):
    return mandates.sign(actor=actor, customer=customer, seller=by, holder="Anna Beispiel", iban=iban, at=EVENING)


def ordered(mandate, amount_minor=12000):
    document = invoice(mandate.customer, amount_minor)
    method = mandates.method_of(mandate)
    started = collecting.start(actor=None, payer=mandate.customer, documents=[document], method=method, key=uuid4(), at=EVENING)
    return collecting.carry_out(started.pk, EVENING), document


def sent(*mandates_used):
    made = [ordered(mandate) for mandate in mandates_used]
    file = debits.make_file(actor=None, seller=seller(), collection_on=MONDAY, at=EVENING)
    return file, made


def state(payment, document):
    payment.refresh_from_db()
    document.refresh_from_db()
    return payment.status, document.open_minor


def faults():
    return proof.faults() + bank_proof.faults()


def clearing():
    return sum(Posting.objects.filter(account="clearing").values_list("amount_minor", flat=True))


def test_signing_keeps_the_account_as_a_method_and_tells_it_masked(berlin, accord):
    payer = people.payer(berlin)

    mandate = signed(berlin, accord, "de89 3704 0044 0532 0130 00", actor=payer)

    assert (mandate.iban, mandate.signed_by, mandate.ref[:2]) == (ANNA, payer, "M-")
    assert [kept.label for kept in methods.kept_for(berlin)] == ["Direct debit DE •••• 3000"]
    assert Activity.objects.get(kind="billing.mandate_signed").facts["account"] == "DE •••• 3000"
    assert signed(berlin, accord) == mandate


@pytest.mark.parametrize("iban", ["", "DE88370400440532013000", "hello", "TR330006100519786457841326"])
def test_account_that_cannot_be_is_refused(berlin, accord, iban):
    with pytest.raises(mandates.AccountRefused):
        signed(berlin, accord, iban)


def test_only_those_who_pay_sign_and_only_for_sellers_that_collect(berlin, accord):
    with pytest.raises(Refusal):
        signed(berlin, accord, actor=people.member(berlin))
    with pytest.raises(mandates.SellerDoesNotCollect):
        signed(berlin, seller("other", creditor_id=""))


def test_revoked_mandate_is_no_method_and_collects_nothing(mandate):
    mandates.revoke(actor=None, mandate=mandate, at=EVENING)
    mandates.revoke(actor=None, mandate=mandate, at=EVENING)

    payment, document = ordered(mandate)

    assert methods.kept_for(mandate.customer) == []
    assert (payment.status, payment.decline_reason) == ("declined", "The direct debit mandate is not in force.")


def test_debit_waits_for_a_file_and_goes_into_one(mandate):
    payment, document = ordered(mandate)
    assert state(payment, document) == ("unknown", 12000)

    file = debits.make_file(actor=people.finance(), seller=seller(), collection_on=MONDAY, at=EVENING)

    assert (file.debits_count, file.total_minor, file.collection_on) == (1, 12000, MONDAY)
    assert f"<EndToEndId>{payment.ref}</EndToEndId>" in file.content
    with pytest.raises(debits.NothingToCollect):
        debits.make_file(actor=None, seller=seller(), collection_on=MONDAY, at=EVENING)


def test_debit_is_announced_to_its_payer_before(mandate):
    sent(mandate)

    told = Activity.objects.get(kind="billing.debit_announced")
    assert told.customer == mandate.customer
    assert (told.facts["amount"], told.facts["on"], told.facts["mandate"]) == ("120.00 EUR", "2026-03-09", mandate.ref)


def test_first_debit_of_a_mandate_is_first_and_later_ones_are_not(mandate):
    sent(mandate, mandate)
    sent(mandate)

    assert list(DirectDebit.objects.order_by("pk").values_list("sequence", flat=True)) == ["FRST", "RCUR", "RCUR"]
    assert DebitFile.objects.count() == 2


@pytest.mark.parametrize("on", [date(2026, 3, 6), date(2026, 3, 7), date(2026, 4, 3), date(2026, 6, 1)])
def test_day_on_which_nobody_collects_or_nobody_would_know_is_refused(mandate, on):
    ordered(mandate)

    with pytest.raises(debits.DayNotPossible):
        debits.make_file(actor=None, seller=seller(), collection_on=on, at=EVENING)


def test_days_to_collect_are_counted_by_the_calendar_of_the_banks(mandate):
    ordered(mandate)
    late = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)  # the thirtieth in Frankfurt

    with pytest.raises(debits.DayNotPossible, match="between 2026-12-02"):
        debits.make_file(actor=None, seller=seller(), collection_on=date(2026, 12, 1), at=late)

    assert debits.make_file(actor=None, seller=seller(), collection_on=date(2026, 12, 2), at=late).debits_count == 1


def test_block_on_the_statement_pays_every_debit_in_it(mandate, berlin, accord):
    file, made = sent(mandate, signed(berlin, accord, BORIS))

    line = brought(row(24000, bank_ref="X", batch=f"{file.ref}-FRST", on=MONDAY))[0]

    assert [state(*one) for one in made] == [("succeeded", 0), ("succeeded", 0)]
    assert (line.status, line.rule) == ("matched", "collected")
    assert (clearing(), faults()) == (0, [])


def test_single_debit_on_the_statement_pays_its_invoice(mandate):
    file, [(payment, document)] = sent(mandate)

    brought(row(12000, end_to_end=payment.ref))

    assert state(payment, document) == ("succeeded", 0)


def test_block_of_another_amount_waits_for_a_person(mandate):
    file, [(payment, document)] = sent(mandate)

    line = brought(row(11999, batch=f"{file.ref}-FRST"))[0]

    assert (line.status, state(payment, document)) == ("waiting", ("unknown", 12000))


def test_return_after_collection_is_a_charge_back(mandate):
    file, [(payment, document)] = sent(mandate)
    brought(row(12000, batch=f"{file.ref}-FRST"))

    line = brought(row(-12000, end_to_end=payment.ref, is_reversal=True, reason="AM04"), ref="S-2")[0]

    assert state(payment, document) == ("succeeded", 12000)
    assert (line.status, line.rule, DirectDebit.objects.get().status) == ("matched", "returned", "returned")
    assert Activity.objects.filter(kind="billing.payment_charged_back").count() == 1
    assert (clearing(), faults()) == (0, [])


def test_return_told_with_its_collection_in_one_file_ends_the_same(mandate):
    file, [(payment, document)] = sent(mandate)
    content = camt(row(-12000, end_to_end=payment.ref, is_reversal=True, reason="MD06"), row(12000, batch=f"{file.ref}-FRST"))

    bring(content)
    bring(content)

    assert state(payment, document) == ("succeeded", 12000)
    assert (clearing(), faults()) == (0, [])


def test_return_told_before_the_collection_declines_the_payment(mandate, berlin, accord):
    file, [(payment, document), (other, _)] = sent(mandate, signed(berlin, accord, BORIS))

    brought(row(-12000, end_to_end=payment.ref, is_reversal=True, reason="AC04"))
    assert state(payment, document) == ("declined", 12000)
    assert "AC04" in payment.decline_reason

    brought(row(24000, batch=f"{file.ref}-FRST"), ref="S-2")
    other.refresh_from_db()
    assert (other.status, payment.status, clearing(), faults()) == ("succeeded", "declined", 0, [])


def test_debit_that_the_bank_rejects_is_declined_for_its_reason(mandate):
    file, [(payment, document)] = sent(mandate)
    debit = DirectDebit.objects.get()

    debits.say_failed(actor=people.finance(), debit=debit, reason="Account blocked", at=EVENING)

    assert (state(payment, document), payment.decline_reason) == (("declined", 12000), "Account blocked")
    with pytest.raises(debits.AlreadyTold):
        debits.say_failed(actor=None, debit=debit, reason="x", at=EVENING)


def test_what_was_collected_is_given_back_by_transfer(mandate):
    file, [(payment, document)] = sent(mandate)
    brought(row(12000, end_to_end=payment.ref))
    payment.refresh_from_db()

    sepa = gateways.by_code("sepa_debit")
    key = str(uuid4())
    answer = sepa.refund(key=key, gateway_ref=payment.gateway_ref, amount=Money(500, "EUR"))

    assert (answer.outcome, TransferOrder.objects.get().iban) == (Outcome.UNKNOWN, ANNA)
    assert sepa.refund(key=key, gateway_ref=payment.gateway_ref, amount=Money(500, "EUR")) == answer
    with pytest.raises(KeyReused):
        sepa.refund(key=key, gateway_ref=payment.gateway_ref, amount=Money(501, "EUR"))
    assert sepa.refund(key=str(uuid4()), gateway_ref=payment.gateway_ref, amount=Money(12001, "EUR")).outcome == "declined"


def test_gateway_orders_once_per_key_and_says_why_it_declines(mandate):
    sepa, five = gateways.by_code("sepa_debit"), Money(500, "EUR")

    assert sepa.ask(key="a").outcome == Outcome.NEVER_SEEN
    assert sepa.collect(key="a", amount=five, token=mandate.ref) == sepa.collect(key="a", amount=five, token=mandate.ref)
    assert (sepa.ask(key="a").outcome, DirectDebit.objects.count()) == (Outcome.UNKNOWN, 1)
    with pytest.raises(KeyReused):
        sepa.collect(key="a", amount=Money(501, "EUR"), token=mandate.ref)
    assert "euros only" in sepa.collect(key="b", amount=Money(500, "USD"), token=mandate.ref).reason
    assert "not in force" in sepa.collect(key="c", amount=five, token="M-0").reason


def test_mandate_of_one_seller_does_not_pay_another(mandate, berlin):
    document = invoice(berlin, 12000, legal_entity=seller("other"))
    method = mandates.method_of(mandate)
    started = collecting.start(actor=None, payer=berlin, documents=[document], method=method, key=uuid4(), at=EVENING)

    payment = collecting.carry_out(started.pk, EVENING)

    assert (payment.status, payment.decline_reason) == ("declined", "The mandate lets only Accord GmbH collect.")


def test_debits_do_not_crowd_out_payments_that_answer_at_once(mandate):
    payment, _ = ordered(mandate)
    asked_at = payment.asked_at

    collecting.ask_unknown(at=EVENING.replace(minute=1))
    refunds.ask_unknown(at=EVENING)

    payment.refresh_from_db()
    assert payment.asked_at == asked_at
    assert Payment.objects.unresolved().get() == payment


@pytest.mark.parametrize("level", ["agent", "supervisor", "manager"])
def test_only_finance_sends_debits(mandate, level):
    ordered(mandate)

    with pytest.raises(debits.NotYours):
        debits.make_file(actor=people.staff(level), seller=seller(), collection_on=MONDAY, at=EVENING)
