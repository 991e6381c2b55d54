"""A document as staff see it: each line with why its amount is what it is, and what settled or corrected it."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.days import local_day
from backoffice import standing_shown
from billing.invoices import selectors
from billing.invoices.models import Document, Line, Settlement
from billing.payments.bank import instructions
from billing.periods import last_day
from billing.rating.explain import Words
from window import derivation_words
from window.formats import amount, day


def shown(document: Document, *, on: date) -> dict[str, object]:
    """Return what the page of `document` shows on the day `on`."""
    words = derivation_words.words()
    lines = document.lines.select_related("customer", "corrects__document").order_by("position")
    settled = document.settlements.select_related("payment", "credit_note").order_by("settled_at", "pk")
    return {
        "document": document,
        "key_account": standing_shown.key_account(document.customer, on),
        "state": selectors.state_of(document, on),
        "lines": [_line(line, words) for line in lines],
        "settlements": [_settlement(settlement, document) for settlement in settled],
        "transfer": instructions.for_document(document),
        "corrections": document.corrections.issued().order_by("issued_on", "pk"),
    }


def _line(line: Line, words: Words) -> dict[str, object]:
    return {"line": line, "last_day": line.until and last_day(line.until), "why": selectors.why(line, words)}


def _settlement(settlement: Settlement, document: Document) -> dict[str, object]:
    source = settlement.payment or settlement.credit_note or _("Account credit")
    on = local_day(settlement.settled_at, document.customer.timezone)
    return {"term": str(source), "value": amount(settlement.amount_minor, document.currency), "note": day(on)}
