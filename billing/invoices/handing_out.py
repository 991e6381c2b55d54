"""Handing out: the documents of customers as files, for who asks for everything we hold about them."""

from collections.abc import Iterator

from django.db.models import QuerySet

from accounts.customers.models import Customer
from billing.invoices.documents import rendering
from billing.invoices.models import Document


def all_of(customers: QuerySet[Customer]) -> Iterator[tuple[str, bytes]]:
    """Yield each issued document of `customers` as the PDF the customer got, with its name in a ZIP file."""
    issued = Document.objects.issued().filter(customer__in=customers.values("pk")).order_by("issued_on", "pk")
    for document in issued.iterator(chunk_size=200):
        yield f"documents/{str(document.ref).replace('/', '_')}.pdf", rendering.pdf_of(document)
