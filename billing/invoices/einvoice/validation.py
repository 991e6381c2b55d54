"""Validation: does a file keep the rules of EN 16931? Asked of the standard's own schemas and Schematron rules.

A file is XML (UBL invoice or credit note, CII) or a PDF with such XML inside. It is read without entities, document types or
network. The rules run as published (CEN's for UBL; the EN 16931 profile of Factur-X for CII, which holds CEN's), compiled once a
process, one file at a time. Rules of the Factur-X profile that are not the standard's are told as warnings; faults against the
schema are fatal and come first.
"""

import io
import re
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import facturx
from django.utils.translation import gettext as _
from lxml import etree
from saxonche import PySaxonProcessor

from accounts.decisions import Refusal

RULES: Final = Path(facturx.__file__).parent / "xsd_and_schematron"
SHEETS: Final = {
    "UBL Invoice": RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    "UBL CreditNote": RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    "CII": RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
}
ROOTS: Final = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": "UBL Invoice",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": "UBL CreditNote",
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": "CII",
}
SVRL: Final = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
NAMED: Final = re.compile(r"^\[([A-Z]+(?:-[A-Z0-9]+)*-\d+[a-z]?)\]")
LARGEST: Final = 20 * 1024 * 1024
SCHEMA, FATAL, WARNING = "SCHEMA", "fatal", "warning"
SAXON: Final = threading.Lock()
# For CII the code lists are judged by the extended CII rules, and four that those leave out by the lists of the UBL rules.
CII_CODES: Final = RULES / "cii-extended-ctc-fr" / "EXTENDED-CTC-FR-CII.xslt"
CODE_RULE: Final = re.compile(r"BR-CL-\d+")
CII_NAMES: Final = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
CII_LISTS: Final = {
    "BR-CL-07": "//ram:AdditionalReferencedDocument[ram:TypeCode='130']/ram:ReferenceTypeCode/text()",
    "BR-CL-10": "//ram:GlobalID[not(ancestor::ram:SpecifiedTradeProduct)]/@schemeID",
    "BR-CL-20": "//ram:SpecifiedTradeAllowanceCharge[normalize-space(ram:ChargeIndicator)='true']/ram:ReasonCode/text()",
    "BR-CL-24": "//ram:AttachmentBinaryObject/@mimeCode",
}
SCHEMAS: Final = {
    "UBL Invoice": RULES / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd",
    "UBL CreditNote": RULES / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd",
    "CII": RULES / "cii-extended-ctc-fr" / "CrossIndustryInvoice_100pD22B.xsd",
}
MOST_SCHEMA_FAULTS: Final = 20


class NotReadable(Refusal):
    """The file is no XML and no PDF with an e-invoice inside, or hides something that would be fetched or unfolded."""

    code = "not_readable"


@dataclass(frozen=True)
class Finding:
    """A rule that is broken: its id, how grave that is, in words, and where."""

    rule: str
    severity: str
    text: str
    where: str = ""


@dataclass(frozen=True)
class Report:
    """What was found in a file. `valid` speaks of fatal findings alone."""

    syntax: str
    findings: tuple[Finding, ...]
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether nothing fatal was found."""
        return not any(finding.severity == FATAL for finding in self.findings)


def validate(content: bytes) -> Report:
    """Check a file against EN 16931.

    Raises:
        NotReadable: it cannot be read as an e-invoice at all; the reason says why.
    """
    tree = _tree(_xml(content))
    syntax = ROOTS.get(str(tree.tag))
    if syntax is None:
        raise NotReadable(
            _("This XML is no invoice of UBL 2.1 and none of CII: it begins with {localname}.").format(
                localname=etree.QName(tree).localname
            )
        )
    return Report(syntax, (*_schema_faults(tree, syntax), *_broken(tree, syntax)), _summary(tree, syntax))


def broken_rules(xml: bytes) -> set[str]:
    """Return the ids of the rules of the standard that an XML breaks, without looking at anything else."""
    tree = _tree(xml)
    return {finding.rule for finding in _broken(tree, ROOTS[str(tree.tag)])}


def _xml(content: bytes) -> bytes:
    """Return the XML: the file itself, or what a PDF carries inside."""
    if len(content) > LARGEST:
        raise NotReadable(_("The file is larger than {largest} MB.").format(largest=LARGEST // 1024 // 1024))
    if not content.lstrip()[:5].startswith(b"%PDF"):
        return content
    try:
        name, xml = facturx.get_xml_from_pdf(io.BytesIO(content), check_xsd=False, check_schematron=False)
    except Exception as fault:  # whatever a broken PDF makes its reader raise
        raise NotReadable(_("This PDF cannot be read, or holds no e-invoice.")) from fault
    if not name or not xml:
        raise NotReadable(_("This PDF holds no e-invoice."))
    return bytes(xml)


def _tree(xml: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        tree = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise NotReadable(_("This is no well-formed XML: {fault}.").format(fault=fault)) from fault
    if tree.getroottree().docinfo.doctype:
        raise NotReadable(_("An e-invoice has no document type."))
    return tree


def _schema_faults(tree: Any, syntax: str) -> list[Finding]:
    schema = _schema(syntax)
    if schema.validate(tree):
        return []
    faults = [Finding(SCHEMA, FATAL, fault.message, f"line {fault.line}") for fault in schema.error_log]
    return faults[:MOST_SCHEMA_FAULTS]


@cache
def _schema(syntax: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(SCHEMAS[syntax]))


def _broken(tree: Any, syntax: str) -> list[Finding]:
    found = _judged(tree, SHEETS[syntax])
    if syntax == "CII":
        found += [finding for finding in _judged(tree, CII_CODES) if CODE_RULE.fullmatch(finding.rule)]
        found += _unknown_codes(tree)
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.severity, finding.rule, finding.where))


def _judged(tree: Any, sheet: Path) -> list[Finding]:
    text = etree.tostring(tree, encoding="unicode")
    with SAXON:
        told = _compiled(sheet).transform_to_string(xdm_node=_processor().parse_xml(xml_text=text))
    report = etree.fromstring(told.encode())
    objections = report.findall(".//svrl:failed-assert", SVRL) + report.findall(".//svrl:successful-report", SVRL)
    return [_finding(objection) for objection in objections]


def _unknown_codes(tree: Any) -> list[Finding]:
    places = ((rule, code) for rule, place in CII_LISTS.items() for code in tree.xpath(place, namespaces=CII_NAMES))
    return [
        Finding(rule, FATAL, f"“{code}” is no code of the list that the standard names here.", str(code))
        for rule, code in places
        if " ".join(code.split()) not in _codes(rule)
    ]


@cache
def _codes(rule: str) -> frozenset[str]:
    """Return the codes that a rule allows, from its own test in the UBL rules."""
    before = SHEETS["UBL Invoice"].read_text(encoding="utf-8").partition(f">{rule}</")[0]
    test = before.rpartition("<svrl:failed-assert")[2]
    listed = [code for codes in re.findall(r"contains\(' ([^']+) '", test) for code in codes.split()]
    return frozenset(listed + re.findall(r"@mimeCode = '([^']+)'", test))


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _compiled(sheet: Path) -> Any:
    """Compile a sheet of rules, once a process."""
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))


def _finding(objection: Any) -> Finding:
    words = " ".join("".join(objection.itertext()).split())
    where = _place(objection.get("location") or "")
    named = NAMED.match(words)
    rule = named[1] if named else objection.get("id") or ""
    lesser = objection.get("flag") == "warning" or not rule.startswith("BR-")
    text = words[named.end() :].lstrip("- ") if named else words
    return Finding(rule, WARNING if lesser else FATAL, text, where)


def _place(location: str) -> str:
    """Write a place as a path of plain names."""
    short = re.sub(r"\[namespace-uri\(\)='[^']*'\]|\*:|\[1\]|Q\{[^}]*\}", "", location)
    return re.sub(r"\[local-name\(\)='([^']*)'\]", r"\1", short.replace("/*", "/"))


SUMMARY: Final = {
    "CII": {
        "number": "//*[local-name()='ExchangedDocument']/*[local-name()='ID']",
        "type": "//*[local-name()='ExchangedDocument']/*[local-name()='TypeCode']",
        "issued": "//*[local-name()='ExchangedDocument']/*[local-name()='IssueDateTime']/*",
        "due": "//*[local-name()='SpecifiedTradePaymentTerms']/*[local-name()='DueDateDateTime']/*",
        "currency": "//*[local-name()='InvoiceCurrencyCode']",
        "seller": "//*[local-name()='SellerTradeParty']/*[local-name()='Name']",
        "buyer": "//*[local-name()='BuyerTradeParty']/*[local-name()='Name']",
        "net": "//*[local-name()='SpecifiedTradeSettlementHeaderMonetarySummation']/*[local-name()='TaxBasisTotalAmount']",
        "tax": "//*[local-name()='SpecifiedTradeSettlementHeaderMonetarySummation']/*[local-name()='TaxTotalAmount']",
        "gross": "//*[local-name()='SpecifiedTradeSettlementHeaderMonetarySummation']/*[local-name()='GrandTotalAmount']",
        "payable": "//*[local-name()='SpecifiedTradeSettlementHeaderMonetarySummation']/*[local-name()='DuePayableAmount']",
        "lines": "//*[local-name()='IncludedSupplyChainTradeLineItem']",
    },
    "UBL": {
        "number": "/*/*[local-name()='ID']",
        "type": "/*/*[local-name()='InvoiceTypeCode' or local-name()='CreditNoteTypeCode']",
        "issued": "/*/*[local-name()='IssueDate']",
        "due": "/*/*[local-name()='DueDate'] | /*/*[local-name()='PaymentMeans']/*[local-name()='PaymentDueDate']",
        "currency": "/*/*[local-name()='DocumentCurrencyCode']",
        "seller": "/*/*[local-name()='AccountingSupplierParty']//*[local-name()='RegistrationName']",
        "buyer": "/*/*[local-name()='AccountingCustomerParty']//*[local-name()='RegistrationName']",
        "net": "/*/*[local-name()='LegalMonetaryTotal']/*[local-name()='TaxExclusiveAmount']",
        "tax": "/*/*[local-name()='TaxTotal']/*[local-name()='TaxAmount']",
        "gross": "/*/*[local-name()='LegalMonetaryTotal']/*[local-name()='TaxInclusiveAmount']",
        "payable": "/*/*[local-name()='LegalMonetaryTotal']/*[local-name()='PayableAmount']",
        "lines": "/*/*[local-name()='InvoiceLine' or local-name()='CreditNoteLine']",
    },
}


def _summary(tree: Any, syntax: str) -> dict[str, Any]:
    """Return the main fields, as they stand in the file; days as ISO."""
    told: dict[str, Any] = {}
    for name, path in SUMMARY[syntax.split()[0]].items():
        found = tree.xpath(path)
        if name == "lines":
            told[name] = len(found)
            continue
        if name == "tax":  # it may be told in the currency of the seller's tax office too
            found = [amount for amount in found if amount.get("currencyID", told["currency"]) == told["currency"]]
        value = " ".join("".join(found[0].itertext()).split()) if found else None
        is_day = name in ("issued", "due") and value and re.fullmatch(r"\d{8}", value)
        told[name] = f"{value[:4]}-{value[4:6]}-{value[6:]}" if is_day and value else value
    return told
