"""Verifying the books: silent when they are right, one sentence for every kind of fault that could be planted."""

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from billing.invoices import run
from tests.factories import billing, customers, payments

FIRST = date(2026, 1, 1)


@pytest.fixture
def _book(db):
    """A billed subscription of 2 seats with tax, changed and credited, and an invoice."""
    berlin = customers.group("Berlin")
    billing.subscribed(berlin, quantity=2, tax_rate="0.19")
    run.bill(payer=berlin, on=FIRST, at=billing.NOON)
    billing.invoice(berlin, 5000)


def _plant(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = origin")


def _verify(capsys):
    try:
        call_command("verify_books", "--json")
    except SystemExit as ended:
        assert ended.code == 1
    return json.loads(capsys.readouterr().out)


FAULTS = [
    ("UPDATE billing_posting SET amount_minor = amount_minor + 1 WHERE account = 'revenue'", "does not balance"),
    ("DELETE FROM billing_posting", "has no postings"),
    ("UPDATE billing_document SET open_minor = open_minor - 1", "is open, but its receivable postings"),
    ("UPDATE billing_document SET open_minor = open_minor - 1", "is open, but its total less what settled it"),
    ("UPDATE billing_document SET subtotal_minor = subtotal_minor + 1, total_minor = total_minor + 1", "its lines sum to"),
    ("UPDATE billing_line SET amount_minor = amount_minor + 1", "its lines sum to"),
    ("UPDATE billing_line SET description = 'Other'", "its hash differs"),
    ("UPDATE billing_document SET sequence = sequence + 5 WHERE sequence = 2", "stand under the numbers up to"),
    ("UPDATE billing_numberseries SET last_number = 9", "last drawn is 9"),
    ("UPDATE billing_line SET credited_minor = 1", "its counter says 1"),
    ("UPDATE billing_coverage SET days = daterange(lower(days), upper(days) + 3)", "but was issued for"),
    ("DELETE FROM billing_coverage", "covers no day"),
]


@pytest.mark.usefixtures("_book")
def test_books_are_silent_when_they_are_right(capsys):
    told = _verify(capsys)

    assert (told["ok"], told["faults"]) == (True, [])
    assert told["proved"] == dict.fromkeys(["ledger", "documents", "payments", "bank", "remedies"], {"ok": True, "faults": 0})


@pytest.mark.usefixtures("_book")
@pytest.mark.parametrize(("sql", "said"), FAULTS)
def test_planted_fault_is_found(capsys, sql, said):
    _plant(sql)
    told = _verify(capsys)

    assert told["ok"] is False
    assert any(said in fault for fault in told["faults"])


def test_payment_booked_with_another_amount_is_found(committed, capsys):
    berlin = customers.group("Paying")
    payment = payments.pay(berlin, billing.invoice(berlin, 12000))
    _plant(f"UPDATE billing_payment SET amount_minor = 11000 WHERE id = {payment.pk}")
    faults = _verify(capsys)["faults"]

    assert any("settles 12000" in fault for fault in faults)
    assert any("instead of 11000" in fault for fault in faults)
