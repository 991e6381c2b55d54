"""Double payments and money that pays for nothing are found with their evidence, offered back, and forgotten once put right."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from accounts.decisions import Refusal
from billing.anomalies import finding as findings
from billing.anomalies import giving_back, kept_money
from billing.anomalies.base import NothingSuspected, Suspect
from billing.anomalies.models import Finding
from billing.invoices import settling as account_credit
from billing.ledger import balances
from billing.money import Money
from billing.payments import collecting
from billing.payments.bank import overpaid, settling
from billing.payments.bank.models import BankLine, TransferOrder
from tests.factories import people, support
from tests.factories.bank import EVENING, brought, paying
from tests.factories.billing import invoice, seller, single_credit
from tests.factories.customers import group
from tests.factories.payments import pay, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    seller()
    return group("Berlin GmbH")


@pytest.fixture
def finance():
    return people.finance()


def found(*customers):
    return {(one.detector, one.amount_minor) for one in findings.find_for(customers, at=EVENING)}


def twice(customer, amount_minor=12000):
    document = invoice(customer, amount_minor)
    pay(customer, document)
    return document, brought(paying(document, amount_minor), ref=f"S-{document.pk}")[0]


def test_invoice_paid_by_card_and_by_transfer_is_found_as_paid_twice(berlin):
    document, line = twice(berlin)

    made = findings.find_for([berlin], at=EVENING)[0]

    assert (made.detector, made.amount_minor, made.payment, made.customer) == ("double_payment", 12000, line.payment, berlin)
    assert made.evidence["paid_twice"] == [document.ref]
    assert made.evidence["words"].startswith(f"Berlin GmbH paid {document.ref} twice: 120.00 EUR of payment {line.payment.ref}")


def test_too_much_is_found_as_money_that_pays_for_nothing(berlin):
    brought(paying(invoice(berlin, 12000), 15000))
    other = invoice(berlin, 900)

    made = findings.find_for([berlin], at=EVENING)[0]

    assert (made.detector, made.amount_minor) == ("unapplied_money", 3000)
    assert made.evidence["could_pay"] == [other.ref]


def test_finding_again_makes_no_second_finding(berlin):
    twice(berlin)

    assert found(berlin) == found(berlin) == {("double_payment", 12000)}
    assert Finding.objects.count() == 1


def test_others_are_not_looked_at_and_the_whole_book_is(berlin):
    twice(berlin)

    assert found(group("Other")) == set()
    assert len(findings.find_for(None, at=EVENING)) == 1


def test_money_used_since_is_no_finding_any_more(berlin):
    twice(berlin)
    made = findings.find_for([berlin], at=EVENING)[0]
    account_credit.apply_account_credit(invoice(berlin, 12000), EVENING)

    assert found(berlin) == set()
    made.refresh_from_db()
    assert made.status == "remedied"


def test_match_that_was_undone_left_nothing(berlin, finance):
    document, line = twice(berlin)
    settling.undo(actor=finance, line=line, at=EVENING)

    assert found(berlin) == set()


def test_double_payment_is_given_back_once_and_the_bank_line_is_dealt_with(berlin, finance):
    twice(berlin)
    made = findings.find_for([berlin], at=EVENING)[0]

    giving_back.refund(actor=finance, finding=made, at=EVENING)

    made.refresh_from_db()
    assert (made.status, TransferOrder.objects.get().amount_minor) == ("remedied", 12000)
    assert not BankLine.objects.over().exists()
    assert found(berlin) == set()
    with pytest.raises(findings.AlreadySettled):
        giving_back.refund(actor=finance, finding=made, at=EVENING)


def test_line_given_back_on_the_bank_page_settles_the_finding(berlin, finance):
    document, line = twice(berlin)
    made = findings.find_for([berlin], at=EVENING)[0]

    overpaid.give_back(actor=finance, line=line, at=EVENING)

    assert found(berlin) == set()
    made.refresh_from_db()
    assert made.status == "remedied"


def test_card_that_pays_what_a_transfer_paid_meanwhile_is_given_back_to_the_card(berlin, finance):
    document = invoice(berlin, 12000)
    card = start(berlin, document)
    brought(paying(document))
    collecting.carry_out(card.pk, EVENING)
    made = findings.find_for([berlin], at=EVENING)[0]

    refund = giving_back.refund(actor=finance, finding=made, at=EVENING)

    assert (made.detector, made.payment, refund.status, refund.amount_minor) == ("double_payment", card, "succeeded", 12000)


def test_money_is_used_for_what_is_open(berlin, finance):
    twice(berlin)
    older, newer = invoice(berlin, 11000), invoice(berlin, 5000)
    made = findings.find_for([berlin], at=EVENING)[0]

    giving_back.use(actor=finance, finding=made, at=EVENING)

    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.open_minor, newer.open_minor, balances.credit_of(berlin)) == (0, 4000, {"EUR": 0})
    assert Finding.objects.get().status == "remedied"


def test_money_used_in_part_is_still_found_with_what_is_left_and_that_goes_back(berlin, finance):
    document = invoice(berlin, 12000)
    card = start(berlin, document)
    brought(paying(document))
    collecting.carry_out(card.pk, EVENING)
    made = findings.find_for([berlin], at=EVENING)[0]
    invoice(berlin, 5000)

    giving_back.use(actor=finance, finding=made, at=EVENING)

    [left] = findings.find_for([berlin], at=EVENING)
    assert (left.pk, left.amount_minor) == (made.pk, 7000)
    single_credit(berlin, Money(9000, "EUR"), at=EVENING)
    refund = giving_back.refund(actor=finance, finding=left, at=EVENING)
    assert (refund.status, refund.amount_minor, balances.credit_of(berlin)) == ("succeeded", 7000, {"EUR": 9000})


def test_only_finance_gives_back_and_only_money(berlin, finance):
    twice(berlin)
    made = findings.find_for([berlin], at=EVENING)[0]
    line = support.billed_twice(group("Lines"))
    about_line = findings.find_for([line.customer], at=EVENING)[0]

    with pytest.raises(Refusal):
        giving_back.refund(actor=people.supervisor(), finding=made, at=EVENING)
    with pytest.raises(giving_back.NoMoneyBehind):
        giving_back.refund(actor=finance, finding=about_line, at=EVENING)


def test_ticket_about_an_invoice_is_about_its_lines_not_its_payments(berlin):
    document, _ = twice(berlin)

    assert support.ticket(berlin, document=document).finding is None


def test_finding_without_a_line_or_a_payment_is_refused_by_the_database(berlin):
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.create(
            ref="F-1", detector="x", key="x", customer=berlin, amount_minor=1, currency="EUR", evidence={}, found_at=EVENING
        )
    with pytest.raises(NothingSuspected):
        _ = Suspect(key="x", amount=Money(1, "EUR"), evidence={}).customer


def test_look_takes_the_same_statements_whatever_is_found(berlin):
    twice(berlin)
    with CaptureQueriesContext(connection) as one:
        kept_money.by(None)
    for _ in range(3):
        twice(berlin, 700)
    with CaptureQueriesContext(connection) as more:
        kept_money.by(None)

    assert len(more) == len(one) == 4
