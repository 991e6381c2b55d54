"""`manage.py import_statement`: counts, then one JSON line per entry; a bad file is one sentence and changes nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from billing.payments.bank.models import BankLine
from tests.factories.bank import camt, mt940, paying, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    seller()
    return invoice(group(), 12000)


def told(tmp_path, content, capsys):
    path = tmp_path / "statement.xml"
    path.write_bytes(content)
    call_command("import_statement", str(path))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_counts_come_first_and_each_entry_has_its_line(document, tmp_path, capsys):
    counts, paid, unknown = told(tmp_path, camt(paying(document, 15000), row(700, "hello")), capsys)

    assert (counts["lines"], counts["new"], counts["matched"], counts["waiting"], counts["overpaid"]) == (2, 2, 1, 1, 1)
    assert (paid["amount"], paid["status"], paid["rule"], paid["invoices"]) == ("150.00", "matched", "reference", [document.ref])
    assert (paid["over"], paid["over_amount"], paid["refund_proposed"]) == ("overpaid", "30.00", True)
    assert (unknown["status"], unknown["remittance"], unknown["invoices"]) == ("waiting", "hello", [])


def test_second_import_finds_nothing_new(document, tmp_path, capsys):
    content = mt940(paying(document))
    told(tmp_path, content, capsys)

    counts, line = told(tmp_path, content, capsys)

    assert (counts["new"], counts["known"], counts["new_statements"], line["new"]) == (0, 1, 0, False)


def test_statement_is_read_from_standard_input(document, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(camt(paying(document)))))

    call_command("import_statement", "-")

    assert json.loads(capsys.readouterr().out.splitlines()[0])["matched"] == 1


@pytest.mark.parametrize("content", [b"", b"no statement", camt(row(100, "x"))[:400], mt940(row(100, "x"))[:-60]])
def test_bad_file_is_one_sentence_and_stores_nothing(tmp_path, content):
    path = tmp_path / "bad"
    path.write_bytes(content)

    with pytest.raises(CommandError) as fault:
        call_command("import_statement", str(path))

    assert str(fault.value).startswith(f"{path}: ") and "\n" not in str(fault.value)
    assert not BankLine.objects.exists()


def test_missing_file_is_said_to_be_missing():
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_statement", "/nowhere/statement.xml")
