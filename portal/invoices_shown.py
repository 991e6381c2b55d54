"""Invoices as the portal shows them: each with its state, each line with its reason and what was found about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Min, Q, Sum, prefetch_related_objects
from django.db.models.query import QuerySet

from accounts import ready
from accounts.customers.models import Customer
from accounts.ready import Fact
from billing import periods
from billing.anomalies.models import Finding
from billing.dunning import disputes
from billing.dunning.models import Dispute
from billing.invoices import selectors
from billing.invoices.models import Document, Line, Settlement
from billing.money import Money
from billing.payments import selectors as payment_selectors
from portal import spans
from portal.spans import Span
from window import addresses, derivation_words

OPEN_SHOWN: Final = 5


@dataclass(frozen=True)
class Row:
    """One document of a list and where it leads. While a payment of it is being checked it can't be chosen."""

    document: Document
    url: str
    state: str
    open: Money
    is_checked: bool

    @property
    def payable(self) -> bool:
        """Whether it can be chosen for a payment."""
        return bool(self.document.open_minor) and not self.is_checked


@dataclass(frozen=True)
class LineShown:
    """A line, why it costs what it costs (empty when its history is not ours), and the billing error found on it."""

    line: Line
    why: str
    finding: Finding | None
    dispute: Dispute | None = None

    @property
    def last_day(self) -> date | None:
        """The last day it covers."""
        return periods.last_day(self.line.until) if self.line.until else None

    @property
    def is_credited(self) -> bool:
        """Whether some or all of it was taken back."""
        return self.line.credited_minor > 0


def listed(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Read with `documents` what a row shows of each, in the same statement."""
    return of_one_contract(documents).select_related("customer")


def of_one_contract(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Read the same for a list that leaves out whose each is."""
    return documents.annotate(is_checked=payment_selectors.is_being_checked())


def rows(documents: Iterable[Any], *, on: date) -> list[Row]:
    """Return documents read with `listed` as rows, on the day `on`."""
    url = addresses.of("portal:invoice")
    return [
        Row(
            document,
            url(document.ref),
            selectors.state_of(document, on),
            Money(document.open_minor, document.currency),
            document.is_checked,
        )
        for document in documents
    ]


def oldest_open(span: Span, *, on: date) -> list[Row]:
    """Return the invoices of a span that were open longest, as rows, on the day `on`."""
    return rows(_oldest_open(span), on=on)


@spans.statement
def _oldest_open(customers: QuerySet[Customer]) -> QuerySet[Document]:
    return listed(selectors.open_for(customers))[:OPEN_SHOWN]


def open_and_overdue(span: Span, *, on: date) -> tuple[list[Money], dict[str, Any]]:
    """Return what is open on a span's invoices, one amount a currency, and how many are overdue since when; in one statement."""
    rows = _open_sums(span, on=on)
    overdue = {
        "count": sum(row["count"] for row in rows),
        "since": min((row["since"] for row in rows if row["since"]), default=None),
    }
    return [Money(row["open"], row["currency"]) for row in rows], overdue


@spans.statement
def _open_sums(customers: QuerySet[Customer], on: date) -> QuerySet[Document, dict[str, Any]]:
    late = Q(due_on__lt=on)
    sums = selectors.open_for(customers).order_by().values("currency").annotate(
        open=Sum("open_minor"), count=Count("pk", filter=late), since=Min("due_on", filter=late)
    )  # fmt: skip
    return sums.order_by("currency")


def lines(document: Document) -> list[LineShown]:
    """Return the lines of `document` in the order printed."""
    findings = {finding.line_id: finding for finding in _findings_on(document=document.pk)}
    disputed = disputes.open_on(document) if document.open_minor else {}
    printed = _lines_of(document=document.pk)
    for line in printed:
        line.document = document
    prefetch_related_objects([line for line in printed if line.corrects_id], "corrects__document")
    words = derivation_words.words()
    return [LineShown(line, selectors.why(line, words), findings.get(line.pk), disputed.get(line.pk)) for line in printed]


@ready.statement
def _lines_of(document: Fact) -> QuerySet[Line]:
    return Line.objects.filter(document=document).select_related("customer", "product").order_by("position")


@ready.statement
def _findings_on(document: Fact) -> QuerySet[Finding]:
    found = Finding.objects.filter(line__document=document, twin__isnull=False).exclude(status=Finding.Status.DISMISSED)
    return found.select_related("twin__document")


def settlements(document: Document) -> list[Settlement]:
    """Return what reduced the open amount of `document`, oldest first."""
    return _settlements_of(document=document.pk)


@ready.statement
def _settlements_of(document: Fact) -> QuerySet[Settlement]:
    return Settlement.objects.filter(document=document).select_related("payment", "credit_note").order_by("settled_at", "pk")
