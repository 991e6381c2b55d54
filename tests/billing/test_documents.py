"""Invoices and credit notes on paper: what stands on them, and that they are printed alike every time."""

import hashlib
import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.customers.models import Customer
from billing import tasks
from billing.invoices import credit_notes
from billing.invoices.documents import presses, rendering
from billing.invoices.documents.writing import sheet_of
from billing.invoices.models import Document, DocumentFile
from tests.factories.billing import FIRST_DAY, NOON, invoice, legacy_invoice, one_off
from tests.factories.customers import below

pytestmark = pytest.mark.django_db

JANUARY = {"since": date(2026, 1, 1), "until": date(2026, 2, 1), "cycle_since": date(2026, 1, 1), "cycle_until": date(2026, 2, 1)}
HOSTILE = '<img src="file:///etc/passwd"> & {{ settings.SECRET_KEY }} Ltd'


def words_in(content):
    """The text of a PDF as a person reads it, spaces evened out."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\u00a0", " ").split())


def facts_of(content):
    """What a PDF says about itself."""
    return subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True).stdout.decode()


def seats(customer, *, rate="0.19", description="Desk Pro: Seats", **facts):
    counted = {"quantity": Decimal(3), "unit_price": Decimal("29.00"), **JANUARY}
    return one_off(customer, 8700, description, tax_rate=Decimal(rate), **counted | facts)


def test_invoice_shows_who_what_when_and_how_to_pay(tree):
    document = invoice(tree.berlin, lines=[seats(tree.lab)], po_number="4500-118", on=date(2026, 2, 1))

    sheet = sheet_of(document, "en")

    assert (sheet.kind, sheet.ref, sheet.recipient) == ("Invoice", document.ref, ["Helios Germany", "Berlin"])
    assert {fact.label: fact.value for fact in sheet.facts}["Due date"] == "15 Feb 2026"
    assert [(row.title, list(row.details), row.quantity, row.unit_price, row.net) for row in sheet.rows] == [
        ("Desk Pro: Seats", ["For Lab"], "3", "29.00", "87.00")
    ]
    assert [(sum_.label.replace("\u00a0", " "), sum_.value) for sum_ in sheet.totals] == [
        ("Net total", "87.00"), ("VAT 19 % on 87.00", "16.53"),
    ]  # fmt: skip
    assert sheet.grand_total.value == "103.53\u00a0EUR"
    assert {fact.label: fact.value for fact in sheet.payment}["Payment reference"].startswith("RF")


def test_invoice_sums_its_tax_per_rate_when_there_are_several(tree):
    document = invoice(tree.berlin, lines=[seats(tree.berlin), seats(tree.berlin), seats(tree.berlin, rate="0.07")])

    sheet = sheet_of(document, "de")

    assert [(tax.rate.replace("\u00a0", " "), tax.net, tax.tax, tax.gross) for tax in sheet.taxes] == [
        ("19 %", "174,00", "33,06", "207,06"), ("7 %", "87,00", "6,09", "93,09"),
    ]  # fmt: skip
    assert sheet.shows_rates


def test_line_for_part_of_a_cycle_says_which_part(tree):
    document = invoice(tree.berlin, lines=[seats(tree.berlin, since=date(2026, 1, 16))])

    assert list(sheet_of(document, "en").rows[0].details) == ["Pro rata: 16 of 31 days"]


def test_consolidated_invoice_keeps_node_and_cost_centre_on_each_line(tree):
    munich = below(tree.germany, "Munich", cost_centre="KST-47")

    sheet = sheet_of(invoice(tree.germany, lines=[seats(tree.berlin), seats(munich), seats(tree.germany)]), "en")

    assert [list(row.details) for row in sheet.rows] == [["For Berlin"], ["For Munich · Cost centre KST-47"], []]


def test_address_is_the_one_of_the_day_of_issue(tree):
    facts = {
        "legal_name": "Helios SA",
        "street": "Rue 1",
        "postcode": "75001",
        "city": "Paris",
        "country": "FR",
        "tax_id": "FR40303265045",
    }
    Customer.objects.filter(pk=tree.berlin.pk).update(**facts)
    tree.berlin.refresh_from_db()
    document = invoice(tree.berlin)
    Customer.objects.filter(pk=tree.berlin.pk).update(name="Moved", street="Elsewhere")

    sheet = sheet_of(Document.objects.get(pk=document.pk), "en")

    assert sheet.recipient == ["Helios SA", "Berlin", "Rue 1", "75001 Paris", "FRANCE"]


def test_credit_note_points_to_what_it_corrects_and_asks_for_no_money(tree):
    document = invoice(tree.berlin, lines=[seats(tree.berlin)])
    credit_note = credit_notes.credit_line(
        actor=None, line=document.lines.get(), reason="Billed twice", on=FIRST_DAY, at=NOON, key="k"
    )

    sheet = sheet_of(credit_note, "en")

    assert sheet.subtitle == f"corrects invoice {document.ref} of 1 Jan 2026"
    assert f"Corrects line 1 of {document.ref}" in sheet.rows[0].details
    assert (sheet.headline.label, sheet.headline.amount) == ("Amount credited", "103.53\u00a0EUR")
    assert not sheet.payment
    assert sheet.notes[0] == "Reason: Billed twice"


def test_invoice_of_zero_asks_for_nothing(tree):
    sheet = sheet_of(invoice(tree.berlin, 0), "en")

    assert sheet.headline.label == "Nothing to pay"
    assert not sheet.payment


def test_imported_invoice_says_that_it_is_a_copy(tree):
    sheet = sheet_of(legacy_invoice(tree.berlin), "en")

    assert sheet.notes[0].startswith("Copy from our archive.")
    assert not sheet.payment


def test_pdf_reads_as_the_sheet_says_in_both_languages(tree):
    document = invoice(tree.berlin, lines=[seats(tree.lab)])

    english, german = words_in(rendering.pdf_of(document, "en")), words_in(rendering.pdf_of(document, "de"))

    assert f"Invoice {document.ref}" in english
    assert "103.53 EUR by 15 Jan 2026" in english
    assert "Page 1 of 1" in english
    assert f"Rechnung {document.ref}" in german
    assert "103,53 EUR bis 15.01.2026" in german


def test_pdf_is_printed_in_the_receivers_language_once_and_kept_by_its_hash(tree):
    Customer.objects.filter(pk=tree.berlin.pk).update(language="de")
    document = Document.objects.get(pk=invoice(tree.berlin).pk)

    content = rendering.pdf_of(document)
    again = rendering.pdf_of(document, "de")

    kept = DocumentFile.objects.get()
    document.refresh_from_db()
    assert content == again
    assert kept.file_hash == document.file_hash == hashlib.sha256(content).hexdigest()


def test_pdf_has_the_same_bytes_whenever_it_is_printed(tree):
    document = invoice(tree.berlin, lines=[seats(tree.lab), seats(tree.berlin, rate="0.07")])

    first = rendering.printed(sheet_of(document, "en"), document.content_hash)
    second = rendering.printed(sheet_of(document, "en"), document.content_hash)

    assert first == second
    assert re.search(r"Tagged: +yes", facts_of(first))


def test_names_of_customers_are_printed_as_text(tree):
    Customer.objects.filter(pk=tree.berlin.pk).update(name=HOSTILE)
    tree.berlin.refresh_from_db()

    words = words_in(rendering.pdf_of(invoice(tree.berlin, lines=[seats(tree.berlin, description=HOSTILE)]), "en"))

    assert '<img src="file:/' in words
    assert "{{ settings.SECRET_KEY }}" in words
    assert "root:" not in words


def test_table_head_and_page_numbers_are_repeated_on_every_page(tree):
    document = invoice(tree.berlin, lines=[seats(tree.lab, description=f"Desk {number}") for number in range(40)])

    words = words_in(rendering.pdf_of(document, "en"))

    assert words.count("No. Description Period") == 3
    assert all(f"Page {number} of 3" in words for number in (1, 2, 3))


def test_drafts_are_not_printed(tree):
    draft = Document(kind=Document.Kind.INVOICE, status=Document.Status.DRAFT)

    with pytest.raises(rendering.NotIssued):
        rendering.pdf_of(draft)


def test_a_press_that_fails_keeps_nothing(tree, monkeypatch, tmp_path):
    broken = tmp_path / "press.py"
    broken.write_text("raise SystemExit('no paper')")
    monkeypatch.setattr(rendering, "PRESS", broken)

    with pytest.raises(rendering.PressFailed, match="no paper"):
        rendering.pdf_of(invoice(tree.berlin))
    assert not DocumentFile.objects.exists()


def test_a_press_that_takes_too_long_is_stopped(tree, monkeypatch, tmp_path):
    slow = tmp_path / "press.py"
    slow.write_text("import time; time.sleep(30)")
    monkeypatch.setattr(rendering, "PRESS", slow)
    monkeypatch.setattr(rendering, "PRESS_SECONDS", 1)

    with pytest.raises(rendering.PressFailed, match="took longer"):
        rendering.pdf_of(invoice(tree.berlin))


def test_presses_that_stay_print_the_same_bytes_as_a_press_of_its_own(tree):
    documents = [invoice(tree.berlin), invoice(tree.europe), invoice(tree.berlin)]
    alone = [rendering.printed(sheet_of(document, "en"), document.content_hash) for document in documents]

    told = presses.print_all(documents, "en", presses=2)

    assert (told.kept, told.failed) == (3, {})
    assert [bytes(DocumentFile.objects.get(document=document).content) for document in documents] == alone


def test_presses_that_stay_are_made_fresh_after_some_pages(tree, monkeypatch):
    monkeypatch.setattr(presses, "PAGES_A_PRESS", 1)

    assert presses.print_all([invoice(tree.berlin), invoice(tree.berlin)], "en").kept == 2


def test_document_that_a_staying_press_cannot_print_is_told_and_stops_no_other(tree, monkeypatch):
    documents = [invoice(tree.berlin), invoice(tree.berlin)]
    real = rendering.page_of
    broken = {"html": "<p>without its stylesheet</p>"}
    pages = iter([lambda *_: broken, real])
    monkeypatch.setattr(rendering, "page_of", lambda *given: next(pages)(*given))

    told = presses.print_all(documents, "en")

    assert (told.kept, list(told.failed)) == (1, [documents[0].ref])
    assert DocumentFile.objects.get().document == documents[1]


def test_staying_press_that_takes_too_long_is_stopped(tree, monkeypatch, tmp_path):
    slow = tmp_path / "press.py"
    slow.write_text("import time; time.sleep(30)")
    monkeypatch.setattr(rendering, "PRESS", slow)
    monkeypatch.setattr(rendering, "PRESS_SECONDS", 1)
    document = invoice(tree.berlin)

    told = presses.print_all([document])

    assert told.failed == {document.ref: f"{document.ref} was not printed: the press stopped, or took longer than 1 seconds"}


def test_page_that_a_staying_press_handed_out_in_part_is_not_kept(tree, monkeypatch, tmp_path):
    torn = tmp_path / "press.py"
    torn.write_text("import sys; sys.stdin.readline(); sys.stdout.write('printed 5000\\n%PDF-1.7 torn')")
    monkeypatch.setattr(rendering, "PRESS", torn)
    document = invoice(tree.berlin)

    told = presses.print_all([document])

    assert (told.kept, list(told.failed), DocumentFile.objects.count()) == (0, [document.ref], 0)


def test_task_prints_many_documents_on_one_press_and_each_once(tree):
    documents = [invoice(tree.berlin), invoice(tree.berlin)]

    tasks.render_documents.delay([document.pk for document in documents])
    tasks.render_documents.delay([document.pk for document in documents])

    assert DocumentFile.objects.count() == 2


def test_the_press_reaches_nothing_outside(tree):
    outside = (
        ("open a connection", "import socket; socket.create_connection(('127.0.0.1', 9))"),
        ("run a program", "import os; os.system('id')"),
    )
    for _, attempt in outside:
        program = (
            f"import sys; sys.path[:0] = {sys_path()!r}; import press; sys.addaudithook(press.refuse_the_outside); {attempt}"
        )
        done = subprocess.run([rendering.sys.executable, "-c", program], capture_output=True, check=False)
        assert b"PermissionError: the press does not do" in done.stderr


def sys_path():
    return [str(rendering.PRESS.parent)]


def test_task_prints_before_anybody_asks(tree):
    document = invoice(tree.berlin)

    tasks.render_document.delay(document.pk, "en")

    assert DocumentFile.objects.get().document == document


def test_new_documents_are_printed_once_without_being_asked_for(tree):
    document = invoice(tree.berlin)
    just_after = NOON + timedelta(minutes=5)

    assert rendering.unprinted(since=just_after - timedelta(hours=1)) == [document.pk]
    assert rendering.unprinted(since=just_after) == []

    rendering.pdf_of(document)

    assert rendering.unprinted(since=just_after - timedelta(hours=1)) == []
