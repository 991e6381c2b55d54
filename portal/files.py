"""Many invoices as one file: a sheet of figures, or their PDFs in one archive."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing import tasks
from billing.invoices import selectors
from billing.invoices.documents import presses, rendering
from billing.invoices.models import Document
from billing.money import Money

MOST_IN_A_SHEET: Final = 10_000
MOST_IN_AN_ARCHIVE: Final = 50
PRESSES: Final = 2
FEW_TO_PRINT: Final = 3  # documents printed while somebody waits; more are printed by workers
ASKED_AGAIN_AFTER: Final = 120  # seconds in which workers are not asked again to print the same


@dataclass(frozen=True)
class Printing:
    """How far the PDFs of some documents are."""

    documents: list[Document]
    left: list[Document]

    @property
    def done(self) -> int:
        """How many are printed."""
        return len(self.documents) - len(self.left)

    @property
    def takes_long(self) -> bool:
        """Whether more are left than somebody waits for."""
        return len(self.left) > FEW_TO_PRINT


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


def printing(documents: Iterable[Document], *, language: str) -> Printing:
    """Return how far the PDFs of `documents` in `language` are."""
    chosen = list(documents)
    return Printing(chosen, rendering.unprinted_of(chosen, language))


def let_workers_print(asked: Printing, *, language: str) -> None:
    """Let workers print what is left, a share each; asked again within two minutes for the same, nothing is done twice."""
    keys = [document.pk for document in asked.left]
    named = hashlib.sha256(repr((language, sorted(document.pk for document in asked.documents))).encode()).hexdigest()
    if cache.add(f"printing:{named}", 1, ASKED_AGAIN_AFTER):
        for first in range(PRESSES):
            tasks.render_documents.delay(keys[first::PRESSES], language)


def archive(documents: Iterable[Document], *, language: str) -> bytes:
    """Return the PDFs of `documents` in one ZIP; PDFs are packed as they are, they hardly shrink.

    What was never printed is printed first, on presses that stay while they are used.
    """
    chosen = list(documents)
    presses.print_all(rendering.unprinted_of(chosen, language), language, presses=PRESSES)
    held = BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as packed:
        for document in chosen:
            packed.writestr(rendering.name_of(document), rendering.pdf_of(document, language))
    return held.getvalue()
