"""Wording: the fixed texts of a document, one table per language.

They stand here and not in the translation catalogue of the screens: a document must read the same in ten years, whatever
the screens say by then, and a missing translation must fail a test instead of printing English on a German invoice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FALLBACK: Final = "en"


@dataclass(frozen=True)
class Wording:
    """Every text a document can carry. Braces name what is filled in."""

    invoice: str
    credit_note: str
    invoice_number: str
    credit_note_number: str
    issued_on: str
    due_on: str
    customer_number: str
    your_tax_id: str
    purchase_order: str
    service_period: str
    contact: str
    amount_due: str
    amount_credited: str
    nothing_due: str
    due_by: str
    position: str
    description: str
    period: str
    quantity: str
    unit_price: str
    tax_rate: str
    net_amount: str
    used_by: str
    cost_centre: str
    subscription: str
    pro_rata: str
    corrects_line: str
    corrects_document: str
    reason: str
    tax_summary: str
    net: str
    tax: str
    gross: str
    subtotal: str
    tax_at: str
    total: str
    credit_total: str
    account_holder: str
    iban: str
    bic: str
    amount: str
    reference: str
    please_pay: str
    credit_explained: str
    untaxed: Mapping[str, str]
    exempt: str
    imported: str
    tax_id: str
    page: str
    of_pages: str
    questions: str


ENGLISH: Final = Wording(
    invoice="Invoice",
    credit_note="Credit note",
    invoice_number="Invoice no.",
    credit_note_number="Credit note no.",
    issued_on="Date of issue",
    due_on="Due date",
    customer_number="Customer no.",
    your_tax_id="Your VAT ID",
    purchase_order="Your order",
    service_period="Service period",
    contact="Contact",
    amount_due="Amount due",
    amount_credited="Amount credited",
    nothing_due="Nothing to pay",
    due_by="by {day}",
    position="No.",
    description="Description",
    period="Period",
    quantity="Quantity",
    unit_price="Unit price",
    tax_rate="VAT",
    net_amount="Net",
    used_by="For",
    cost_centre="Cost centre",
    subscription="Subscription",
    pro_rata="Pro rata: {days} of {of} days",
    corrects_line="Corrects line {position} of {ref}",
    corrects_document="corrects invoice {ref} of {day}",
    reason="Reason",
    tax_summary="VAT summary",
    net="Net",
    tax="VAT",
    gross="Gross",
    subtotal="Net total",
    tax_at="VAT {rate} on {net}",
    total="Total",
    credit_total="Total credited",
    account_holder="Account holder",
    iban="IBAN",
    bic="BIC",
    amount="Amount",
    reference="Payment reference",
    please_pay="Please transfer by {day}",
    credit_explained=(
        "This amount reduces what is open on the invoice it corrects. Whatever exceeds that stands to your credit and is taken "
        "off your next invoice."
    ),
    untaxed={
        "AE": "Reverse charge: the recipient owes the tax (art. 196 of directive 2006/112/EC).",
        "K": "Exempt intra-community supply (art. 138 of directive 2006/112/EC).",
        "G": "Not taxed here: supplied to outside the European Union.",
    },
    exempt="Exempt from tax: {reason}",
    imported="Copy from our archive. This invoice was issued by our previous billing system; the original is the valid document.",
    tax_id="VAT ID",
    page="Page",
    of_pages="of",
    questions="Questions about this document",
)

GERMAN: Final = Wording(
    invoice="Rechnung",
    credit_note="Rechnungskorrektur",
    invoice_number="Rechnungsnr.",
    credit_note_number="Korrekturnr.",
    issued_on="Rechnungsdatum",
    due_on="Fällig am",
    customer_number="Kundennr.",
    your_tax_id="Ihre USt-IdNr.",
    purchase_order="Ihre Bestellung",
    service_period="Leistungszeitraum",
    contact="Kontakt",
    amount_due="Zu zahlen",
    amount_credited="Gutgeschrieben",
    nothing_due="Nichts zu zahlen",
    due_by="bis {day}",
    position="Pos.",
    description="Leistung",
    period="Zeitraum",
    quantity="Menge",
    unit_price="Einzelpreis",
    tax_rate="USt.",
    net_amount="Netto",
    used_by="Für",
    cost_centre="Kostenstelle",
    subscription="Abonnement",
    pro_rata="Anteilig: {days} von {of} Tagen",
    corrects_line="Korrigiert Pos. {position} aus {ref}",
    corrects_document="zur Rechnung {ref} vom {day}",
    reason="Grund",
    tax_summary="Umsatzsteuer",
    net="Netto",
    tax="USt.",
    gross="Brutto",
    subtotal="Summe netto",
    tax_at="USt. {rate} auf {net}",
    total="Gesamtbetrag",
    credit_total="Gutschriftsbetrag",
    account_holder="Kontoinhaber",
    iban="IBAN",
    bic="BIC",
    amount="Betrag",
    reference="Verwendungszweck",
    please_pay="Bitte überweisen Sie bis {day}",
    credit_explained=(
        "Dieser Betrag mindert, was auf der korrigierten Rechnung offen ist. Was darüber hinausgeht, steht als Guthaben "
        "auf Ihrem Konto und wird mit Ihrer nächsten Rechnung verrechnet."
    ),
    untaxed={
        "AE": "Steuerschuldnerschaft des Leistungsempfängers (Art. 196 der Richtlinie 2006/112/EG).",
        "K": "Steuerfreie innergemeinschaftliche Lieferung (Art. 138 der Richtlinie 2006/112/EG).",
        "G": "Hier nicht steuerbar: Leistung an einen Empfänger außerhalb der Europäischen Union.",
    },
    exempt="Steuerfrei: {reason}",
    imported=(
        "Kopie aus unserem Archiv. Diese Rechnung wurde von unserem früheren Abrechnungssystem ausgestellt; gültig ist das "
        "damalige Original."
    ),
    tax_id="USt-IdNr.",
    page="Seite",
    of_pages="von",
    questions="Fragen zu diesem Dokument",
)

WORDINGS: Final = {"en": ENGLISH, "de": GERMAN}


def language_of(wish: str) -> str:
    """Return the language a document is written in for a reader who wishes `wish` ("de-AT" reads "de")."""
    language = wish.lower().split("-")[0].split("_")[0]
    return language if language in WORDINGS else FALLBACK
