"""A quote on paper, in the reader's language: what would change, what it costs line by line, and until when that holds.

Every amount is the one that applying the quote must reproduce. Printed by the same press as invoices; nothing is kept.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from accounts.days import local_day
from billing.amendments.models import Quote
from billing.invoices.documents import figures, recipient, rendering
from billing.invoices.documents.wording import language_of


@dataclass(frozen=True)
class Words:
    """The fixed texts of a quote. Braces name what is filled in."""

    title: str
    customer_number: str
    contract: str
    quoted_on: str
    starts: str
    holds: str
    expired: str
    applied: str
    today: str
    nothing_today: str
    what: str
    days: str
    amount: str
    net: str
    tax: str
    total: str
    before: str
    after: str
    next_invoice: str
    each_period: str
    no_invoice: str
    page: str
    of_pages: str


WORDS: Final = {
    "en": Words(
        title="Quote", customer_number="Customer no.", contract="Contract", quoted_on="Quoted on", starts="Takes effect on",
        holds="This price holds until {until}.", expired="This price held until {until} and has expired.",
        applied="This quote was accepted.", today="Billed at once", nothing_today="Nothing is billed at once.", what="What",
        days="Days", amount="Amount", net="Net", tax="Tax", total="Total, tax included", before="A full period before",
        after="A full period from then on", next_invoice="Next invoice, {day}", each_period="net {net}, tax included {gross}",
        no_invoice="This quote is no invoice.", page="Page", of_pages="of",
    ),
    "de": Words(
        title="Angebot", customer_number="Kundennr.", contract="Vertrag", quoted_on="Angebot vom", starts="Wirksam ab",
        holds="Dieser Preis gilt bis {until}.", expired="Dieser Preis galt bis {until} und ist abgelaufen.",
        applied="Dieses Angebot wurde angenommen.", today="Sofort berechnet", nothing_today="Sofort wird nichts berechnet.",
        what="Leistung", days="Zeitraum", amount="Betrag", net="Netto", tax="Steuer", total="Gesamt inkl. Steuer",
        before="Ein voller Zeitraum bisher", after="Ein voller Zeitraum danach", next_invoice="Nächste Rechnung, {day}",
        each_period="netto {net}, inkl. Steuer {gross}", no_invoice="Dieses Angebot ist keine Rechnung.", page="Seite",
        of_pages="von",
    ),
}  # fmt: skip


def pdf_of(quote: Quote, subject: str, language: str, *, at: datetime) -> bytes:
    """Return the quote as PDF; `subject` says in the reader's words what would change.

    Raises:
        PressFailed: it could not be printed.
    """
    html = html_of(quote, subject, language_of(language), at=at)
    return rendering.letter(html, name=f"The quote {quote.pk}", on=local_day(quote.quoted_at, quote.contract.timezone))


def html_of(quote: Quote, subject: str, language: str, *, at: datetime) -> str:
    """Return the page that is printed, in one of the languages of `WORDS`."""
    words, told, customer = WORDS[language], quote.outcome, quote.contract.customer
    seller, quoted_on = quote.contract.legal_entity, local_day(quote.quoted_at, quote.contract.timezone)
    context = {
        "language": language, "words": words, "ref": customer.number, "note": words.no_invoice,
        "quote": quote, "customer": customer, "seller": seller,
        "subject": subject, "currency": told["currency"], "validity": _validity(quote, words, language, at),
        "recipient": recipient.lines(customer, on=quoted_on, home=seller.country, language=language),
        "quoted_on": figures.day(quoted_on, language),
        "starts": figures.day(quote.effective_on, language),
        "rows": [_row(line, told["currency"], language) for line in told["lines"]],
        "sums": _sums(told, words, language), "total": figures.amount(told["total_minor"], told["currency"], language),
        "periods": _periods(told, words, language),
    }  # fmt: skip
    return render_to_string("documents/quote.html", context)


def _validity(quote: Quote, words: Words, language: str, at: datetime) -> str:
    ends = quote.expires_at.astimezone(ZoneInfo(quote.contract.timezone))
    until = f"{figures.day(ends.date(), language)}, {ends:%H:%M} ({quote.contract.timezone})"
    if quote.status == Quote.Status.APPLIED:
        return words.applied
    return (words.expired if at >= quote.expires_at else words.holds).format(until=until)


def _row(line: dict[str, Any], currency: str, language: str) -> tuple[str, str, str]:
    days = ""
    if line["since"] and line["until"]:
        days = figures.period(date.fromisoformat(line["since"]), date.fromisoformat(line["until"]), language)
    return line["description"], days, figures.amount(line["amount_minor"], currency, language)


def _sums(told: dict[str, Any], words: Words, language: str) -> list[tuple[str, str]]:
    return [
        (label, figures.amount(told[name], told["currency"], language))
        for label, name in ((words.net, "today_minor"), (words.tax, "tax_minor"))
    ]


def _periods(told: dict[str, Any], words: Words, language: str) -> list[tuple[str, str]]:
    def both(when: str) -> str:
        net, gross = told[f"per_period_{when}_minor"], told[f"per_period_{when}_gross_minor"]
        written = [figures.with_currency(minor, told["currency"], language) for minor in (net, gross)]
        return words.each_period.format(net=written[0], gross=written[1])

    found = [(words.before, both("before")), (words.after, both("after"))]
    if told["next_invoice_on"]:
        on = figures.day(date.fromisoformat(told["next_invoice_on"]), language)
        total = figures.with_currency(told["next_invoice_total_minor"], told["currency"], language)
        found.append((words.next_invoice.format(day=on), total))
    return found
