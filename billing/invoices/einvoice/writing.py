"""Writing: a document's terms as XML, in one of the two syntaxes, and inside its PDF.

The XML is made by the factur-x library from the numbered terms and is the same whenever it is made.
"""

from typing import Final

import facturx

from billing.invoices.documents import rendering
from billing.invoices.einvoice import semantic
from billing.invoices.models import Document

UBL, CII, FACTURX = "ubl", "cii", "facturx"
FORMATS: Final = (FACTURX, UBL, CII)
FLAVOURS: Final = {UBL: "ubl-2.1", CII: "factur-x"}
TYPES: Final = {UBL: "application/xml", CII: "application/xml", FACTURX: "application/pdf"}
LEVEL: Final = "en16931"


def xml_of(document: Document, syntax: str = CII) -> bytes:
    """Return an issued document as EN 16931 in `syntax` (`UBL` or `CII`).

    Raises:
        NotIssued, PartyIncomplete: see semantic.py.
    """
    terms = semantic.terms_of(document)
    made: bytes = facturx.generate_xml(terms, flavor=FLAVOURS[syntax], level=LEVEL, check_xsd=True, check_schematron=None)
    return made


def pdf_with_xml(document: Document, language: str = "") -> bytes:
    """Return the PDF/A-3 of an issued document with its CII inside (Factur-X, profile EN 16931); the same bytes every time.

    Raises:
        NotIssued, PartyIncomplete: see semantic.py.
        PressFailed: it could not be printed.
    """
    return rendering.with_attachment(document, xml_of(document, CII), language)


def file_of(document: Document, form: str) -> bytes:
    """Return an issued document in one of `FORMATS`."""
    return pdf_with_xml(document) if form == FACTURX else xml_of(document, form)


def name_of(document: Document, form: str) -> str:
    """Return a name for the file."""
    ending = ".pdf" if form == FACTURX else f"-{form}.xml"
    return f"{document.ref}{ending}".replace("/", "-")
