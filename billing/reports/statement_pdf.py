"""The statement of account on paper, in the reader's language. Printed by the same press as invoices; nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.template.loader import render_to_string

from billing.catalog.models import LegalEntity
from billing.invoices.documents import figures, recipient, rendering
from billing.invoices.documents.wording import language_of
from billing.reports.statements import Statement


@dataclass(frozen=True)
class Words:
    """The fixed texts of a statement. Braces name what is filled in."""

    title: str
    for_days: str
    customer_number: str
    currency: str
    day: str
    what: str
    ref: str
    amount: str
    balance: str
    opening: str
    charged: str
    reduced: str
    closing: str
    in_your_favour: str
    as_of: str
    page: str
    of_pages: str
    other: str
    entries: Mapping[str, str]


WORDS: Final = {
    "en": Words(
        title="Statement of account", for_days="for {days}", customer_number="Customer no.", currency="Currency", day="Date",
        what="Entry", ref="Reference", amount="Amount", balance="Balance", opening="Opening balance", charged="Charged",
        reduced="Paid and credited", closing="Closing balance", in_your_favour="in your favour", as_of="As of {day}", page="Page",
        of_pages="of", other="Other entry",
        entries={
            "invoice_issued": "Invoice", "credit_note_issued": "Credit note", "payment": "Payment", "payment_received": "Payment",
            "payment_undone": "Payment taken back", "charge_back": "Payment returned", "refund": "Refund",
            "refund_reopened": "Refund", "charge_back_reversed": "Returned payment made good", "written_off": "Written off",
            "refund_reversed": "Refund that came back", "refund_declined": "Refund that came back",
            "written_off_reversed": "Write-off taken back", "written_off_credited": "Write-off taken back",
        },
    ),
    "de": Words(
        title="Kontoauszug", for_days="für {days}", customer_number="Kundennr.", currency="Währung", day="Datum",
        what="Buchung", ref="Beleg", amount="Betrag", balance="Saldo", opening="Anfangssaldo", charged="Berechnet",
        reduced="Gezahlt und gutgeschrieben", closing="Endsaldo", in_your_favour="zu Ihren Gunsten", as_of="Stand {day}",
        page="Seite", of_pages="von", other="Sonstige Buchung",
        entries={
            "invoice_issued": "Rechnung", "credit_note_issued": "Rechnungskorrektur", "payment": "Zahlung",
            "payment_received": "Zahlung", "payment_undone": "Zahlung zurückgenommen", "charge_back": "Rückbelastung",
            "refund": "Erstattung", "refund_reopened": "Erstattung", "charge_back_reversed": "Rückbelastung ausgeglichen",
            "written_off": "Ausgebucht", "refund_reversed": "Rückläufige Erstattung", "refund_declined": "Rückläufige Erstattung",
            "written_off_reversed": "Ausbuchung zurückgenommen", "written_off_credited": "Ausbuchung zurückgenommen",
        },
    ),
}  # fmt: skip


def pdf_of(statement: Statement, seller: LegalEntity, language: str, *, today: date) -> bytes:
    """Return the statement as PDF; the same account, period, language and address give the same bytes.

    Raises:
        PressFailed: it could not be printed.
    """
    chosen = language_of(language)
    html = html_of(statement, seller, chosen, today=today)
    return rendering.letter(html, name=f"The statement of {statement.customer}", on=statement.period.last)


def words_of(what: str, language: str) -> str:
    """Name an entry of the ledger for a reader."""
    words = WORDS[language_of(language)]
    return words.entries.get(what, words.other)


def html_of(statement: Statement, seller: LegalEntity, language: str, *, today: date) -> str:
    """Return the page that is printed, in one of the languages of `WORDS`; to the address that held on its last day so far."""
    words, currency, customer = WORDS[language], statement.currency, statement.customer

    def money(minor: int) -> str:
        return figures.amount(minor, currency, language)

    def day(on: date) -> str:
        return figures.day(on, language)

    context = {
        "language": language,
        "words": words,
        "seller": seller,
        "recipient": recipient.lines(customer, on=min(statement.period.last, today), home=seller.country, language=language),
        "customer": customer,
        "currency": currency,
        "days": words.for_days.format(days=figures.period(statement.period.since, statement.period.until, language)),
        "ref": customer.number,
        "note": words.as_of.format(day=day(statement.period.last)),
        "opening_on": day(statement.period.since),
        "closing_on": day(statement.period.last),
        "opening": money(statement.opening_minor),
        "charged": money(statement.charged_minor),
        "reduced": money(statement.reduced_minor),
        "closing": money(statement.closing_minor),
        "favour": words.in_your_favour if statement.closing_minor < 0 else "",
        "rows": [
            (day(move.on), words_of(move.what, language), move.ref, money(move.amount_minor), money(move.balance_minor))
            for move in statement.moves
        ],
    }
    return render_to_string("documents/statement.html", context)
