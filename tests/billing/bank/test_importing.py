"""Importing statements: each line is stored once, however often and in whatever manner it is told."""

import pytest

from accounts.timeline.models import Activity
from billing.ledger.models import Entry
from billing.payments.bank.models import BankLine, BankStatement
from billing.payments.bank.statements import UnreadableStatement
from tests.factories.bank import OURS, bring, brought, camt, mt940, paying, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seller():
    seller()


def amounts():
    return sorted(BankLine.objects.values_list("amount_minor", flat=True))


def test_file_imported_twice_stores_nothing_twice():
    document = invoice(group(), 12000)
    content = camt(paying(document), row(500, "coffee"))

    first, second = bring(content), bring(content)

    assert (first.new_statements, sum(len(entry.new) for entry in first.entries)) == (1, 2)
    assert (second.new_statements, sum(len(entry.new) for entry in second.entries)) == (0, 0)
    assert amounts() == [500, 12000]
    assert Entry.objects.filter(what="payment").count() == 1
    assert Activity.objects.filter(kind="billing.statement_imported").count() == 1


def test_statements_that_overlap_store_their_common_lines_once():
    bring(camt(row(100, "a"), row(200, "b")))

    stored = bring(camt(row(200, "b"), row(300, "c"), ref="S-2", opening=100))

    assert amounts() == [100, 200, 300]
    assert [len(entry.new) for entry in stored.entries] == [0, 1]


def test_lines_that_look_the_same_in_one_statement_are_all_kept():
    content = camt(row(100, "a"), row(100, "a"))

    bring(content)
    bring(content)

    assert list(BankLine.objects.order_by("pk").values_list("amount_minor", "occurrence")) == [(100, 1), (100, 2)]


def test_day_told_in_camt_and_in_mt940_is_stored_once():
    bring(camt(row(100, "a"), row(200, "b")))

    stored = bring(mt940(row(200, "b"), row(200, "another"), row(100, "a")))

    assert amounts() == [100, 200, 200]
    assert [len(entry.new) for entry in stored.entries] == [0, 1, 0]
    assert bring(mt940(row(200, "b"), row(200, "another"), row(100, "a"))).new_statements == 0


def test_statement_twice_in_one_file_counts_once():
    content = mt940(row(100, "a"))

    bring(content + content)

    assert amounts() == [100]


def test_account_written_in_the_manner_of_a_bank_is_the_sellers():
    stored = bring(mt940(row(100, "a")))

    statement = stored.statements[0][0]
    assert (statement.account, statement.seller) == (OURS, seller())


@pytest.mark.parametrize("kind", ["052", "054"])
def test_report_and_notification_are_noted_and_pay_nothing(kind):
    document = invoice(group(), 12000)

    stored = bring(camt(paying(document), kind=kind))
    document.refresh_from_db()

    assert [line.status for entry in stored.entries for line in entry.lines] == ["noted"]
    assert document.open_minor == 12000
    bring(camt(paying(document)))
    document.refresh_from_db()
    assert document.open_minor == 0


def test_money_that_went_out_is_only_noted():
    line, nothing = brought(row(-5000, "rent"), row(0, "info"))

    assert (line.status, line.reason) == ("noted", "Money that went out.")
    assert (nothing.status, nothing.reason) == ("noted", "No money moved.")


def test_money_in_a_currency_that_left_circulation_waits_and_pays_nothing():
    line = brought(row(12000, "old", currency="DEM"))[0]

    assert (line.status, line.currency, line.amount_minor) == ("waiting", "DEM", 12000)


def test_statement_that_does_not_add_up_is_stored_and_says_so():
    content = camt(row(100), opening=555).replace(b">5.55<", b">5.54<")

    assert bring(content).statements[0][0].adds_up is False


@pytest.mark.parametrize("amount", ["1.001", "99999999999999999999"])
def test_amount_that_cannot_be_booked_refuses_the_file_and_stores_nothing(amount):
    content = camt(row(100, "a"), row(777, "b")).replace(b">7.77<", f">{amount}<".encode())

    with pytest.raises(UnreadableStatement, match="cannot be booked"):
        bring(content)
    assert not BankLine.objects.exists()
    assert not BankStatement.objects.exists()
