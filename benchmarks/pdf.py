"""How many invoices are printed and kept a second, beside WeasyPrint on the same pages bare; in a transaction rolled back.

Ours begins with documents in the database and ends with files kept by their hash: reading, writing the page, the tagged PDF,
starting the presses. The floor has the finished pages and a warm process. Both use as many processes.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import transaction

from accounts.customers import tree
from benchmarks.figures import Figure, timed
from billing.catalog import sellers
from billing.invoices import newline, single
from billing.invoices.documents import presses, rendering
from billing.invoices.documents.writing import sheet_of
from billing.invoices.models import Document, DocumentFile
from billing.invoices.newline import NewLine

AT, DAY = datetime(2026, 1, 1, 12, tzinfo=UTC), date(2026, 1, 1)
SELLER = {
    "street": "Musterstraße 1", "postcode": "10115", "city": "Berlin", "country": "DE", "tax_id": "DE123456788",
    "iban": "DE02120300000000202051", "email": "bench@accord.example", "ref_prefix": "BENCH-",
}  # fmt: skip
LINES, ROUNDS = 6, 2
BARE = Path(__file__).with_name("bare_press.py")


def measure(size: int | None) -> list[Figure]:
    """Print `size` invoices (100) of six lines with one and with two presses, and once more for the bytes."""
    with transaction.atomic():
        documents = _world(size or 100)
        figures = [figure for count in (1, 2) for figure in _beside(documents, count)]
        first = dict(DocumentFile.objects.filter(document__in=documents).values_list("document_id", "file_hash"))
        _printed(documents, 1)
        again = dict(DocumentFile.objects.filter(document__in=documents).values_list("document_id", "file_hash"))
        transaction.set_rollback(True)
    return [*figures, Figure("documents with other bytes when printed again", sum(again[k] != v for k, v in first.items()), "")]


def _beside(documents: list[Document], processes: int) -> list[Figure]:
    """Measure floor and ours in turn, so that a machine that drifts does so under both."""
    pages = [rendering.page_of(sheet_of(document, "en"), document.content_hash) for document in documents]
    floor = ours = 0.0
    for _ in range(ROUNDS):
        floor += _bare(pages, processes)
        ours += timed(lambda: _printed(documents, processes))
    count = len(documents) * ROUNDS
    name = f"{processes} {'process' if processes == 1 else 'processes'}"
    return [
        Figure(f"WeasyPrint on the bare page, {name}", count / floor, "documents/s"),
        Figure(f"printed and kept, {name}", count / ours, "documents/s", count / floor),
    ]


def _printed(documents: Iterable[Document], processes: int) -> None:
    DocumentFile.objects.filter(document__in=documents).delete()
    told = presses.print_all(documents, "en", presses=processes)
    if told.failed:
        raise rendering.PressFailed(next(iter(told.failed.values())))


def _bare(pages: list[dict[str, str]], processes: int) -> float:
    with ThreadPoolExecutor(processes) as pool:
        return max(pool.map(_bare_share, [pages[first::processes] for first in range(processes)]))


def _bare_share(pages: list[dict[str, str]]) -> float:
    given = "\n".join([str(rendering.PRESS.parent), *(json.dumps(page) for page in pages)])
    done = subprocess.run([sys.executable, "-I", str(BARE)], input=given, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def _world(count: int) -> list[Document]:
    seller = sellers.define(actor=None, at=AT, code="bench", name="Bench", **SELLER)
    customer = tree.add(actor=None, parent=None, kind="group", name="Bench", at=AT)
    made = []
    for number in range(count):
        lines = [
            NewLine(
                kind=newline.ONE_OFF, customer=customer, description=f"Desk Pro: seats of team {number}-{line}", amount_minor=1990
            )
            for line in range(LINES)
        ]
        made.append(
            single.charge(actor=None, customer=customer, legal_entity=seller, currency="EUR", lines=lines, on=DAY, at=AT).pk
        )
    return list(Document.objects.filter(pk__in=made).select_related("receiver").order_by("pk"))
