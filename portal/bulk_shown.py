"""A file of contract changes as the portal shows it: each row in words with what it costs, and what became of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.people.models import User
from billing.amendments.bulk import working
from billing.amendments.bulk.models import BulkChange, BulkChangeRow
from billing.amendments.bulk.reading import COLUMNS
from billing.money import Money
from portal import quotes_shown

Status = BulkChangeRow.Status
DECIDED: Final = {"applied": Status.APPLIED, "refused": Status.REFUSED}  # by the status of a quote that waited
TONES: Final = {"waiting": "neutral", "ready": "info", "chosen": "info", "refused": "bad", "applied": "good", "asked": "warning"}


@dataclass(frozen=True)
class RowShown:
    """A row: what it changes, from when, what is billed at once and each period from then on."""

    row: BulkChangeRow
    words: str
    today: Money | None
    before: Money | None
    after: Money | None
    status: BulkChangeRow.Status

    @property
    def tone(self) -> str:
        """The shade of its state."""
        return TONES[self.status]

    @property
    def can_be_made(self) -> bool:
        """Whether it can be chosen."""
        return self.status == Status.READY


@dataclass(frozen=True)
class Shown:
    """A file: its rows, how many are ready, what all of them cost at once, whether the prices have expired.

    `to_price` and `to_make` say how many rows a worker has before it.
    """

    rows: list[RowShown]
    ready: int
    totals: list[Money]
    is_late: bool
    to_price: int
    to_make: int

    @property
    def in_work(self) -> bool:
        """Whether a worker has rows before it."""
        return bool(self.to_price or self.to_make)

    @property
    def priced(self) -> int:
        """How many rows are priced, or were refused."""
        return len(self.rows) - self.to_price


def of(bulk: BulkChange, viewer: User, *, at: datetime) -> Shown:
    """Return the rows that concern the viewer, in the order of the file."""
    related = ("quote__subscription__product", "quote__customer", "quote__contract")
    rows = [_row(row) for row in working.rows_for(viewer, bulk).select_related(*related)]
    ready = [shown for shown in rows if shown.can_be_made]
    sums: dict[str, int] = {}
    for shown in ready:
        if shown.today:
            sums[shown.today.currency] = sums.get(shown.today.currency, 0) + shown.today.amount_minor
    late = any(shown.row.quote and shown.row.quote.expires_at <= at for shown in ready)
    counts = Counter(shown.row.status for shown in rows)
    totals = [Money(minor, currency) for currency, minor in sorted(sums.items())]
    return Shown(rows, len(ready), totals, late, to_price=counts["waiting"], to_make=counts["chosen"])


def _row(row: BulkChangeRow) -> RowShown:
    quote, status = None if row.status == Status.WAITING else row.quote, _status(row)
    if quote is None:
        told = ", ".join(row.given[name] for name in COLUMNS if row.given.get(name))
        return RowShown(row, told, None, None, None, status)
    told, currency = quote.outcome, quote.outcome["currency"]
    amounts = [Money(told[name], currency) for name in ("total_minor", "per_period_before_minor", "per_period_after_minor")]
    return RowShown(row, quotes_shown.in_words(quote), amounts[0], amounts[1], amounts[2], status)


def _status(row: BulkChangeRow) -> BulkChangeRow.Status:
    """Return where a row stands; one that an administrator decided on since stands where that left it."""
    if row.status == Status.ASKED and row.quote:
        return DECIDED.get(row.quote.status, Status.ASKED)
    return Status(row.status)


def sheet(bulk: BulkChange, viewer: User) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that concern the viewer as they came, with what became of each."""
    yield ("row", *COLUMNS, "result", "reason", "document")
    for row in working.rows_for(viewer, bulk).select_related("quote__document"):
        document = row.quote.document if row.quote else None
        cells = (row.given.get(name, "") for name in COLUMNS)
        yield (row.number, *cells, _status(row).value, row.reason, document.ref if document else "")
