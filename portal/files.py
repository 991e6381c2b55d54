"""Many invoices as one file: a sheet of figures, or their PDFs in one archive."""

from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.invoices import selectors
from billing.invoices.documents import presses, rendering
from billing.invoices.models import Document
from billing.money import Money

MOST_IN_A_SHEET: Final = 10_000
MOST_IN_AN_ARCHIVE: Final = 50
PRESSES: Final = 2


def sheet(documents: QuerySet[Document], *, on: date) -> Iterator[list[object]]:
    """Yield a row of headings and one for each of `documents`; amounts are decimals in the currency beside them."""
    yield [
        _("Number"), _("Kind"), _("Customer number"), _("Customer"), _("Issued"), _("Due"), _("State"), _("Currency"),
        _("Net"), _("Tax"), _("Total"), _("To pay"), _("Your order number"),
    ]  # fmt: skip
    for document in documents.select_related("customer")[:MOST_IN_A_SHEET].iterator():
        amounts = (document.subtotal_minor, document.tax_minor, document.total_minor, document.open_minor)
        yield [
            document.ref, document.get_kind_display(), document.customer.number, document.customer.name, document.issued_on,
            document.due_on, selectors.state_of(document, on), document.currency,
            *(Money(minor, document.currency).number for minor in amounts), document.po_number,
        ]  # fmt: skip


def archive(documents: Iterable[Document], *, language: str) -> bytes:
    """Return the PDFs of `documents` in one ZIP; PDFs are packed as they are, they hardly shrink.

    What was never printed is printed first, on presses that stay while they are used.
    """
    chosen = list(documents)
    presses.print_all(rendering.unprinted_of(chosen, language), language, presses=PRESSES)
    held = BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as packed:
        for document in chosen:
            packed.writestr(f"{document.ref}.pdf".replace("/", "-"), rendering.pdf_of(document, language))
    return held.getvalue()
