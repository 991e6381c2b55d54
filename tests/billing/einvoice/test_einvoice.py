"""E-invoices: real files are judged by the standard's rules, our own keep all of them and say what was issued, to the cent."""

import logging
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import einvoice as bench
from billing.catalog import plans, supplies
from billing.invoices import credit_notes, run, tax
from billing.invoices.documents import rendering
from billing.invoices.einvoice import semantic, validation, writing
from billing.invoices.models import Document
from billing.money import Money
from tests.factories import billing
from tests.factories.customers import below, group

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


@settings(max_examples=30)
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


def test_library_of_e_invoices_puts_no_words_of_its_own_between_those_of_a_command():
    assert not logging.getLogger("factur-x").isEnabledFor(logging.INFO)


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


def sold(buyer, **facts):
    """An invoice of a subscription to a product of that kind."""
    version = billing.version("CARE", price="100.00")
    product = plans.define_product(code=version.plan.product.code, name="Care", **facts)
    subscription = billing.subscribed(buyer, version, tax_rate="0.19" if facts["supply"] == "exempt" else "0")
    run.bill(payer=buyer, on=billing.FIRST_DAY, at=billing.NOON)
    assert subscription.product == product
    return Document.objects.get()


EXEMPT = {"supply": "exempt", "exempt_code": "VATEX-EU-132-1I", "exempt_reason": "Education (art. 132 (1) (i))."}


@pytest.mark.parametrize("syntax", [writing.UBL, writing.CII])
def test_exempt_product_carries_no_tax_and_says_why_by_the_code_of_the_standard(buyer, syntax):
    document = sold(buyer, **EXEMPT)
    [rate] = semantic.terms_of(document)["BG-23"]

    assert (document.tax_minor, rate["BT-118"], rate["BT-120"], rate["BT-121"]) == (
        0, "E", "Education (art. 132 (1) (i)).", "VATEX-EU-132-1I",
    )  # fmt: skip
    assert judged(document, syntax).findings == ()


@pytest.mark.parametrize("syntax", [writing.UBL, writing.CII])
def test_credit_of_an_exempt_line_is_exempt_too_whatever_the_product_became(buyer, syntax):
    line = sold(buyer, **EXEMPT).lines.get()
    plans.define_product(code=line.product.code, name="Care")

    note = credit_notes.credit_line(
        actor=None, line=line, reason="x", on=billing.FIRST_DAY, at=billing.NOON, key="k", amount_minor=100
    )

    assert [rate["BT-118"] for rate in semantic.terms_of(note)["BG-23"]] == ["E"]
    assert judged(note, syntax).findings == ()


@pytest.mark.parametrize("syntax", [writing.UBL, writing.CII])
def test_goods_for_a_business_of_another_country_of_the_union_are_an_intra_community_supply(db, syntax):
    facts = {"street": "Rue 1", "postcode": "75001", "city": "Paris", "country": "FR", "tax_id": "FR83404833048"}
    document = sold(group("Buyer", **facts), supply="goods")
    told = semantic.terms_of(document)

    assert (told["BG-23"][0]["BT-118"], told["BG-23"][0]["BT-121"], told["BG-13"]["country_code"]) == ("K", "VATEX-EU-IC", "FR")
    assert judged(document, syntax).findings == ()


def test_a_file_that_leaves_the_reason_out_is_refused(buyer):
    xml = writing.xml_of(sold(buyer, **EXEMPT), writing.UBL)
    for name in (b"TaxExemptionReasonCode", b"TaxExemptionReason"):
        start, end = xml.index(b"<cbc:" + name + b">"), xml.index(b"</cbc:" + name + b">") + len(name) + 7
        xml = xml[:start] + xml[end:]

    assert "BR-E-10" in validation.broken_rules(xml)


def test_goods_without_the_country_they_went_to_are_refused(db):
    xml = writing.xml_of(sold(group("Buyer", country="FR", city="Paris", tax_id="FR83404833048"), supply="goods"), writing.UBL)
    start, end = xml.index(b"<cac:DeliveryLocation>"), xml.index(b"</cac:DeliveryLocation>") + 23

    assert "BR-IC-12" in validation.broken_rules(xml[:start] + xml[end:])


def test_department_is_named_with_its_own_reference_at_the_address_of_its_company(db):
    place = {"street": "Am Kai 1", "postcode": "20457", "city": "Hamburg", "country": "DE"}
    company = below(group("Group"), "Buyer", "legal_entity", legal_name="Buyer GmbH", **place)
    department = below(company, "Purchasing", "division", cost_centre="CC-7")
    document = billing.invoice(department, 12000, tax_rate="0.19")
    told = semantic.terms_of(document)

    assert (told["BT-10"], told["BG-7"]["contacts"], told["BG-7"]["addr_l1"]) == ("CC-7", [{"name": "Purchasing"}], "Am Kai 1")
    assert judged(document, writing.CII).findings == judged(document, writing.UBL).findings == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"supply": "exempt"}, {"supply": "exempt", "exempt_code": "VATEX-EU-XX"}, {"supply": "service", "exempt_reason": "x"},
        {"supply": "gift"}, {"supply": "exempt", "exempt_reason": " "}, {"supply": "exempt", "exempt_reason": "x" * 201},
    ],
)  # fmt: skip
def test_product_that_is_exempt_without_a_reason_is_refused(db, facts):
    with pytest.raises(supplies.BadSupply):
        plans.define_product(code="care", name="Care", **facts)
