"""The sheet: everything that stands on a document, as text ready to print.

The page template prints it as it is: no sums, no conditions on money, no lookups. `writing.py` fills it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from billing.invoices.documents.wording import Wording


@dataclass(frozen=True)
class Fact:
    """A label and what it says."""

    label: str
    value: str


@dataclass(frozen=True)
class Row:
    """One line of the document; figures that say nothing are empty."""

    position: int
    title: str
    details: Sequence[str]
    period: str
    quantity: str
    unit_price: str
    rate: str
    net: str


@dataclass(frozen=True)
class TaxRow:
    """One rate of the tax summary."""

    rate: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True)
class Headline:
    """The one fact the reader came for: what there is to pay, or what was credited."""

    label: str
    amount: str
    when: str = ""


@dataclass(frozen=True)
class Sheet:
    """A document as it will be printed."""

    language: str
    words: Wording
    kind: str
    ref: str
    subtitle: str
    issued_on: date
    seller: str
    sender: str
    recipient: Sequence[str]
    facts: Sequence[Fact]
    headline: Headline
    currency: str
    rows: Sequence[Row]
    shows_rates: bool
    shows_quantities: bool
    taxes: Sequence[TaxRow]
    totals: Sequence[Fact]
    grand_total: Fact
    please_pay: str
    payment: Sequence[Fact] = field(default_factory=list)
    notes: Sequence[str] = field(default_factory=list)
    footer: Sequence[Sequence[str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The name of the file's content, as readers show it."""
        return f"{self.kind} {self.ref} · {self.seller}"
