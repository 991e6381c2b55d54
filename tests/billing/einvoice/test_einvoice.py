"""E-invoices: real files are judged by the standard's rules, our own keep all of them and say what was issued, to the cent."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import einvoice as bench
from billing.invoices import credit_notes, run, tax
from billing.invoices.documents import rendering
from billing.invoices.einvoice import semantic, validation, writing
from billing.invoices.models import Document
from billing.money import Money
from tests.factories import billing
from tests.factories.customers import group

DATA = Path(__file__).parents[4] / "shared" / "data" / "einvoice"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared data does not lie beside the checkout")
UBL_INVOICE = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">%s</Invoice>'


@pytest.fixture
def buyer(db):
    facts = {"street": "Am Kai 1", "postcode": "20457", "city": "Hamburg", "country": "DE", "email": "ap@buyer.example"}
    return group("Buyer", **facts)


def judged(document, syntax):
    return validation.validate(writing.xml_of(document, syntax))


@needs_data
def test_real_documents_are_judged_exactly_as_the_standard_does():
    rules, fields = bench.documents(DATA)

    assert (rules.wrong, fields.wrong) == ([], [])


@needs_data
def test_each_rule_fires_and_holds_where_it_must():
    assert bench.single_rules(DATA).wrong == []


@needs_data
@pytest.mark.parametrize("name", sorted(path.name for path in (DATA / "hybrid_pdf").glob("*.pdf")) if DATA.exists() else [])
def test_xml_inside_a_pdf_is_judged_too(name):
    report = validation.validate((DATA / "hybrid_pdf" / name).read_bytes())

    assert report.syntax == "CII"
    assert not (name.startswith("fail-") and report.valid)


CII = (
    b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
    b' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">'
    b"<ram:SellerTradeParty>%s</ram:SellerTradeParty></rsm:CrossIndustryInvoice>"
)
SMTP = b'<ram:URIUniversalCommunication><ram:URIID schemeID="SMTP">a</ram:URIID></ram:URIUniversalCommunication>'


@pytest.mark.parametrize(
    ("part", "rules"),
    [
        (b'<ram:GlobalID schemeID="0088">4</ram:GlobalID>', set()),
        (b'<ram:GlobalID schemeID="9999">4</ram:GlobalID>', {"BR-CL-10"}),
        (b"<ram:PostalTradeAddress><ram:CountryID>XX</ram:CountryID></ram:PostalTradeAddress>", {"BR-CL-14"}),
        (
            b'<ram:URIUniversalCommunication><ram:URIID schemeID="SMTP">a</ram:URIID></ram:URIUniversalCommunication>',
            {"BR-CL-25"},
        ),
    ],
)
def test_code_of_no_list_is_told_by_the_rule_of_the_standard(part, rules):
    assert {rule for rule in validation.broken_rules(CII % part) if rule.startswith("BR-CL")} == rules


def test_fault_against_the_schema_is_fatal_even_where_no_rule_speaks_of_it():
    report = validation.validate(CII % b"<ram:Surprise/>")

    assert report.findings[0].rule == "SCHEMA"
    assert not report.valid


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "well-formed"),
        (b"hello", "well-formed"),
        (b"<a/>", "no invoice of UBL"),
        (b"%PDF-1.7 broken", "PDF"),
        (b"<a>" * 10, "well-formed"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + UBL_INVOICE % b"&x;", "document type"),
        (b'<!DOCTYPE a [<!ENTITY x "yyyyyyyyyy">]>' + UBL_INVOICE % b"&x;", "document type"),
        (b"\x00\xff" * 50, "well-formed"),
    ],
)
def test_file_that_is_no_e_invoice_gets_one_sentence(content, reason):
    with pytest.raises(validation.NotReadable, match=reason):
        validation.validate(content)


@pytest.mark.parametrize("syntax", [writing.UBL, writing.CII])
@pytest.mark.parametrize("rate", ["0.19", "0"])
def test_invoice_of_a_contract_keeps_every_rule_and_says_what_was_issued(buyer, syntax, rate):
    billing.subscribed(buyer, quantity=7, on=date(2026, 1, 10), tax_rate=rate, po_number="PO-7")
    document = run.bill(payer=buyer, on=date(2026, 1, 10), at=billing.NOON)[0]

    report = judged(document, syntax)

    assert report.findings == ()
    assert report.summary["number"] == document.ref
    assert report.summary["gross"] == Money(document.total_minor, "EUR").number
    assert report.summary["due"] == str(document.due_on)


@pytest.mark.parametrize("syntax", [writing.UBL, writing.CII])
def test_credit_note_says_what_it_takes_back_and_which_invoice(buyer, syntax):
    invoice = billing.invoice(buyer, 12000, tax_rate="0.19")
    credit = credit_notes.credit_line(
        actor=None, line=invoice.lines.get(), amount_minor=5000, reason="Too much", on=date(2026, 1, 5), at=billing.NOON, key="k"
    )

    report = judged(credit, syntax)

    assert report.findings == ()
    assert (report.summary["type"], report.summary["gross"]) == ("381", "59.50")
    assert invoice.ref.encode() in writing.xml_of(credit, syntax)


@pytest.mark.parametrize(
    ("country", "tax_id", "category"),
    [("DE", "", "Z"), ("FR", "FR83404833048", "AE"), ("FR", "", "Z"), ("FR", "FR83404833049", "Z"), ("US", "", "G")],
)
def test_untaxed_invoice_tells_why_by_the_code_of_the_standard(country, tax_id, category):
    seller = {"country": "DE", "tax_id": "DE123456788"}

    assert tax.category_of(Decimal(0), seller, {"country": country, "tax_id": tax_id}) == category


def test_reverse_charge_keeps_the_rules(db):
    buyer = group("Buyer", country="FR", city="Paris", tax_id="FR83404833048")
    report = judged(billing.invoice(buyer, 12000), writing.CII)

    assert report.findings == ()


AMOUNTS = st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from(["0.19", "0.07", "0", "0.055"])), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=AMOUNTS)
def test_totals_of_any_invoice_are_those_stored_to_the_cent(buyer, amounts):
    lines = [billing.one_off(buyer, minor, tax_rate=Decimal(rate)) for minor, rate in amounts]
    document = billing.invoice(buyer, lines=lines)

    for syntax in (writing.UBL, writing.CII):
        report = judged(document, syntax)
        assert report.findings == ()
        told = {name: Decimal(report.summary[name]) * 100 for name in ("net", "tax", "gross", "payable")}
        total = document.total_minor
        assert told == {"net": document.subtotal_minor, "tax": document.tax_minor, "gross": total, "payable": total}


def test_pdf_carries_its_xml_and_is_the_same_bytes_every_time(buyer):
    document = billing.invoice(buyer, 12000, tax_rate="0.19")

    first, again = (writing.pdf_with_xml(document) for _ in range(2))

    assert first == again
    assert validation.validate(first).findings == ()
    assert b"pdfaid:part" in first or first.startswith(b"%PDF-1.7")


def test_draft_and_unknown_country_are_refused_by_name(db):
    nowhere = billing.invoice(group("Nowhere"), 100)
    nowhere.address["buyer"]["country"] = ""
    with pytest.raises(semantic.PartyIncomplete, match="country"):
        semantic.terms_of(nowhere)

    with pytest.raises(semantic.NotIssued):
        semantic.terms_of(Document(status="draft"))


def test_commands_write_and_judge(buyer, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(rendering, "printed", lambda sheet, identifier, xml=b"": b"%PDF" + xml)
    document, out = billing.invoice(buyer, 12000, tax_rate="0.19"), tmp_path / "out.xml"

    call_command("issue_einvoice", document.ref, "--format", "ubl", "--out", str(out))
    call_command("validate_einvoice", str(out))

    assert capsys.readouterr().out == "UBL Invoice: valid\n"
    with pytest.raises(CommandError, match="There is no document"):
        call_command("issue_einvoice", "INV-0", "--out", str(out))
    out.write_bytes(b"<a/>")
    with pytest.raises(CommandError, match="no invoice of UBL"):
        call_command("validate_einvoice", str(out))


def test_broken_rule_is_named_and_ends_with_status_one(tmp_path, capsys):
    file = tmp_path / "broken.xml"
    file.write_bytes(UBL_INVOICE % b"")

    with pytest.raises(SystemExit) as ended:
        call_command("validate_einvoice", str(file))

    assert ended.value.code == 1
    assert "BR-02 fatal" in capsys.readouterr().out
