"""The receipt of a payment on paper, in the reader's language. Printed by the same press as invoices; nothing is kept.

It says what came, how and when, what it went towards, and what of it is credit or was given back. It is no invoice: the tax
stands on the invoices it names.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Sum
from django.template.loader import render_to_string

from accounts.days import local_day
from billing.catalog.models import LegalEntity
from billing.invoices.documents import figures, recipient, rendering
from billing.invoices.documents.wording import language_of
from billing.invoices.models import Settlement
from billing.payments import settlement
from billing.payments.models import Payment


@dataclass(frozen=True)
class Words:
    """The fixed texts of a receipt. Braces name what is filled in."""

    title: str
    customer_number: str
    number: str
    day: str
    method: str
    received: str
    thanks: str
    invoice: str
    issued: str
    whose: str
    amount: str
    kept: str
    given_back: str
    total: str
    no_invoice: str
    page: str
    of_pages: str


WORDS: Final = {
    "en": Words(
        title="Receipt", customer_number="Customer no.", number="Payment no.", day="Received on", method="Paid with",
        received="Received", thanks="We received {amount} with thanks.", invoice="Invoice", issued="Date", whose="For",
        amount="Paid", kept="Kept as credit", given_back="Given back or taken back by the bank", total="Received in all",
        no_invoice="This receipt is no invoice. The tax stands on the invoices it names.", page="Page", of_pages="of",
    ),
    "de": Words(
        title="Zahlungsbeleg", customer_number="Kundennr.", number="Zahlungsnr.", day="Eingegangen am", method="Bezahlt mit",
        received="Erhalten", thanks="Wir haben {amount} dankend erhalten.", invoice="Rechnung", issued="Datum", whose="Für",
        amount="Gezahlt", kept="Als Guthaben behalten", given_back="Erstattet oder von der Bank zurückgeholt",
        total="Insgesamt erhalten",
        no_invoice="Dieser Beleg ist keine Rechnung. Die Steuer steht auf den genannten Rechnungen.", page="Seite",
        of_pages="von",
    ),
}  # fmt: skip


def pdf_of(payment: Payment, language: str) -> bytes:
    """Return the receipt of a payment that succeeded as PDF; the same payment and language give the same bytes.

    Raises:
        PressFailed: it could not be printed.
    """
    html = html_of(payment, language_of(language))
    return rendering.letter(html, name=f"The receipt of {payment}", on=_day(payment))


def html_of(payment: Payment, language: str) -> str:
    """Return the page that is printed, in one of the languages of `WORDS`."""
    words, payer, currency = WORDS[language], payment.payer, payment.currency
    rows = _rows(payment)
    gone = payment.amount_minor - settlement.left_at_origin(payment)
    kept = payment.amount_minor - sum(row["paid"] for row in rows) - gone

    def money(minor: int) -> str:
        return figures.amount(minor, currency, language)

    seller, day = _seller(payment), _day(payment)
    context = {
        "language": language, "words": words, "ref": payment.ref, "note": words.no_invoice,
        "payer": payer, "payment": payment, "currency": currency, "seller": seller,
        "recipient": recipient.lines(payer, on=day, home=seller.country, language=language),
        "day": figures.day(day, language), "total": money(payment.amount_minor),
        "thanks": words.thanks.format(amount=figures.with_currency(payment.amount_minor, currency, language)),
        "rows": [
            (row["document__ref"], figures.day(row["document__issued_on"], language), row["document__customer__name"],
             money(row["paid"])) for row in rows
        ],
        "sums": [(label, money(minor)) for label, minor in ((words.kept, kept), (words.given_back, gone)) if minor > 0],
    }  # fmt: skip
    return render_to_string("documents/receipt.html", context)


def _rows(payment: Payment) -> list[dict[str, Any]]:
    settled = Settlement.objects.filter(payment=payment).values(
        "document__ref", "document__issued_on", "document__customer__name"
    )
    paid = settled.annotate(paid=Sum("amount_minor")).filter(paid__gt=0)
    return [dict(row) for row in paid.order_by("document__issued_on", "document__ref")]


def _seller(payment: Payment) -> LegalEntity:
    code = next(iter(settlement.sellers(payment)), "")
    return LegalEntity.objects.filter(code=code).first() or LegalEntity.objects.order_by("pk")[0]


def _day(payment: Payment) -> date:
    return local_day(payment.settled_at or payment.started_at, payment.payer.timezone)
