"""What people do with bank lines: match, keep as credit, set aside, and take it all back."""

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.ledger import balances
from billing.ledger.models import Entry
from billing.payments import receiving, refunds
from billing.payments.bank import proof, settling
from billing.payments.bank.models import BankLine
from tests.factories import people
from tests.factories.bank import BORIS, EVENING, brought, paying, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    seller()
    return group("Berlin GmbH")


@pytest.fixture
def finance():
    return people.finance()


def test_suggestion_is_accepted_with_one_click(berlin, finance):
    document = invoice(berlin, 12000)
    line = brought(row(12000, "hello"))[0]

    payment = settling.accept(actor=finance, line=line, at=EVENING)

    document.refresh_from_db()
    line.refresh_from_db()
    assert (document.open_minor, line.payment, line.rule, line.decided_by) == (0, payment, "amount", finance)


def test_line_is_matched_with_the_numbers_a_person_types(berlin, finance):
    one, other = invoice(berlin, 12000), invoice(berlin, 900)
    line = brought(row(12500, "hello"))[0]

    settling.match(actor=finance, line=line, numbers=[str(other.ref).lower(), str(one.ref)], at=EVENING)

    assert sorted([_open(one), _open(other)]) == [0, 400]
    assert _open(other) == 0


@pytest.mark.parametrize("numbers", [["INV-999999"], [], [" "]])
def test_number_of_no_invoice_is_refused(berlin, finance, numbers):
    line = brought(row(12000, "hello"))[0]

    with pytest.raises(settling.NoSuchInvoice):
        settling.match(actor=finance, line=line, numbers=numbers, at=EVENING)


def test_money_for_no_invoice_is_kept_as_credit(berlin, finance):
    line = brought(row(12000, "hello"))[0]

    settling.keep_as_credit(actor=finance, line=line, customer=berlin, at=EVENING)

    line.refresh_from_db()
    assert balances.credit_of(berlin) == {"EUR": 12000}
    assert (line.status, line.rule, line.over) == ("matched", "credit", "")


def test_match_undone_has_the_invoice_owed_again_and_the_line_wait(berlin, finance):
    document = invoice(berlin, 12000)
    line = brought(paying(document, 15000))[0]

    settling.undo(actor=finance, line=line, at=EVENING)

    line.refresh_from_db()
    assert (line.status, line.payment, line.over_minor, line.turn) == ("waiting", None, 0, 1)
    assert (_open(document), balances.credit_of(berlin)) == (12000, {"EUR": 0})
    assert Entry.objects.filter(what__in=["payment_undone", "bank_line_reversed"]).count() == 2
    assert Activity.objects.filter(kind="billing.payment_undone").count() == 1
    assert proof.faults() == []


def test_line_undone_is_matched_again(berlin, finance):
    document, other = invoice(berlin, 12000), invoice(berlin, 15000)
    line = brought(paying(document, 15000))[0]
    undone = settling.undo(actor=finance, line=line, at=EVENING)

    settling.match(actor=finance, line=undone, numbers=[str(other.ref)], at=EVENING)

    assert (_open(document), _open(other)) == (12000, 0)
    assert proof.faults() == []


def test_match_whose_credit_was_used_is_not_undone(berlin, finance):
    document = invoice(berlin, 12000)
    line = brought(paying(document, 15000))[0]
    invoice(berlin, 3000)

    refund = refunds.start(
        actor=None, payment=line.payment, amount_minor=3000, reason="Too much", key=settling._key(line), at=EVENING
    )

    assert refund.amount_minor == 3000
    with pytest.raises(receiving.NotToBeUndone, match="given back since"):
        settling.undo(actor=finance, line=line, at=EVENING)
    assert _open(document) == 0


def test_line_set_aside_waits_no_more_until_that_is_undone(berlin, finance):
    line = brought(row(12, "interest"))[0]

    settling.set_aside(actor=finance, line=line, reason="Interest of the bank", at=EVENING)
    line.refresh_from_db()
    assert (line.status, line.reason) == ("ignored", "Interest of the bank")

    settling.undo(actor=finance, line=line, at=EVENING)
    assert BankLine.objects.waiting().get() == line


def test_line_that_was_dealt_with_is_not_dealt_with_again(berlin, finance):
    document = invoice(berlin, 12000)
    line = brought(paying(document))[0]

    with pytest.raises(settling.NotWaiting):
        settling.match(actor=finance, line=line, numbers=[str(document.ref)], at=EVENING)
    with pytest.raises(settling.NotWaiting):
        settling.set_aside(actor=finance, line=line, reason="x", at=EVENING)
    with pytest.raises(settling.NotWaiting):
        settling.undo(actor=finance, line=brought(row(5, "waits"), ref="S-2")[0], at=EVENING)


@pytest.mark.parametrize("level", ["agent", "supervisor", "key_account", "manager"])
def test_only_finance_deals_with_lines(berlin, level):
    viewer = people.staff(level)
    document = invoice(berlin, 12000)
    line = brought(row(12000, "hello"))[0]

    with pytest.raises(Refusal):
        settling.accept(actor=viewer, line=line, at=EVENING)
    with pytest.raises(Refusal):
        settling.set_aside(actor=viewer, line=line, reason="x", at=EVENING)
    with pytest.raises(Refusal):
        settling.keep_as_credit(actor=viewer, line=line, customer=berlin, at=EVENING)
    with pytest.raises(Refusal):
        settling.undo(actor=viewer, line=brought(paying(document, iban=BORIS), ref="S-2")[0], at=EVENING)


def test_line_without_a_suggestion_has_none_to_accept(berlin, finance):
    line = brought(row(777, "hello"))[0]

    with pytest.raises(settling.NothingSuggested):
        settling.accept(actor=finance, line=line, at=EVENING)


def test_money_in_a_currency_of_the_past_pays_nothing(berlin, finance):
    line = brought(row(12000, "old", currency="DEM"))[0]

    with pytest.raises(settling.NotMatchable):
        settling.keep_as_credit(actor=finance, line=line, customer=berlin, at=EVENING)


def _open(document):
    document.refresh_from_db()
    return document.open_minor
