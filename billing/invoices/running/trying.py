"""Trying: what a run would issue, beside what the last cycle cost, with nothing written and nobody kept waiting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.invoices.drafting import Draft
from billing.invoices.models import Document
from billing.invoices.running import book as books
from billing.invoices.running import due, rules
from billing.invoices.running.book import Book
from billing.invoices.running.carrying import AT_ONCE, Failure
from billing.invoices.running.rules import Judged, Rule


@dataclass(frozen=True)
class Objection:
    """A payer whose documents would be held, and why."""

    payer: str
    reason: str


@dataclass
class Trial:
    """What a run would issue to those it would not hold; net amounts of its lines beside the same charges' last cycle.

    `begun` is the part of `net` that had no cycle before: what is billed for the first time, or given back.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    net: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)
    begun: Counter[str] = field(default_factory=Counter)
    objections: list[Objection] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def invoices(self) -> int:
        """How many invoices would be issued."""
        return self.kinds[Document.Kind.INVOICE]

    @property
    def credit_notes(self) -> int:
        """How many credit notes would be issued."""
        return self.kinds[Document.Kind.CREDIT_NOTE]

    def count(self, judged: Judged) -> None:
        """Count one payer's documents."""
        for document in judged.draft.documents:
            self.kinds[document.kind] += 1
            self.lines += len(document.lines)
            self.totals[document.currency] += document.total_minor
        for line, currency in judged.lines():
            before = judged.before(line) if line.covers else None
            self.net[currency] += line.amount_minor
            if before:
                self.last[currency] += before.billed_minor
            else:
                self.begun[currency] += line.amount_minor


def bill_due(*, on: date, judges: Sequence[Rule] = rules.RULES, at_once: int = AT_ONCE) -> Trial:
    """Return what billing everything due by `on` would issue."""
    trial = Trial()
    payers = due.payers(on)
    for start in range(0, len(payers), at_once):
        _try(trial, books.read(list(payers[start : start + at_once]), on), judges)
    return trial


def _try(trial: Trial, book: Book, judges: Sequence[Rule]) -> None:
    drafts: dict[int, Draft] = {}
    refusals: dict[int, Refusal] = {}
    for payer, draft in book.drafts().items():
        if isinstance(draft, Refusal):
            refusals[payer] = draft
        else:
            drafts[payer] = draft
    objections = rules.judge(drafts, book, judges)
    numbers = dict(Customer.objects.filter(pk__in=[*refusals, *objections]).values_list("pk", "number"))
    trial.failures += [Failure(numbers[payer], str(refusal)) for payer, refusal in refusals.items()]
    trial.objections += [Objection(numbers[payer], " ".join(reasons)) for payer, (reasons, _) in objections.items()]
    for payer, draft in drafts.items():
        if payer not in objections:
            trial.count(Judged(draft, book.groups[payer], book.on, {}))
