"""Invoice runs as finance sees them: how far each is, what is held and why, and what a run would issue beside the last cycle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from billing.invoices.models import Document
from billing.invoices.running import carrying, due, trying
from billing.invoices.running.models import BillingRun, BillingWork
from billing.invoices.running.trying import Trial
from billing.money import Money

MOST_SHOWN: Final = 50
MOST_TRIED: Final = 5_000  # payers that a page looks at while somebody waits
ONE_DAY: Final = timedelta(days=1)
Status = BillingWork.Status


@dataclass(frozen=True)
class RunShown:
    """A run and how far it is: payers in all and done with, documents issued, payers held and failed."""

    run: BillingRun
    payers: int
    waiting: int
    held: int
    failed: int
    documents: int

    @property
    def percent(self) -> int:
        """How much is done, in whole percent."""
        return (self.payers - self.waiting) * 100 // self.payers if self.payers else 100


@dataclass(frozen=True)
class HeldLine:
    """A line as it would be issued, for the days from `since` to `last`."""

    description: str
    since: date | None
    last: date | None
    amount: Money


@dataclass(frozen=True)
class HeldDocument:
    """A document as it would be issued."""

    kind: str
    total: Money
    lines: list[HeldLine]


@dataclass(frozen=True)
class HeldWork:
    """What a run holds for one payer."""

    work: BillingWork
    documents: list[HeldDocument]


@dataclass(frozen=True)
class Difference:
    """One currency of a dry run: what would be charged net, the same charges' last cycle, and what had no cycle before."""

    total: Money
    net: Money
    last: Money
    begun: Money

    @property
    def change(self) -> Money:
        """What the charges that had a cycle before cost more than then."""
        return self.net - self.begun - self.last


def runs(found: Iterable[BillingRun]) -> list[RunShown]:
    """Return how far these runs are, in one statement."""
    known = list(found)
    rows = BillingWork.objects.filter(run__in=known).values("run").order_by("run")
    counted = rows.annotate(
        payers=Count("pk"),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
        held=Count("pk", filter=Q(status=Status.HELD)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        documents=Sum("invoices") + Sum("credit_notes"),
    )
    by_run = {row.pop("run"): row for row in counted}
    none = dict.fromkeys(("payers", "waiting", "held", "failed", "documents"), 0)
    return [RunShown(run, **by_run.get(run.pk, none)) for run in known]


def held(of: BillingRun | None = None) -> list[HeldWork]:
    """Return what waits for a person, the oldest first; of one run, or of all."""
    waiting = BillingWork.objects.held()
    return [HeldWork(work, _documents(work)) for work in _first(waiting.filter(run=of) if of else waiting)]


def page(run: BillingRun) -> dict[str, Any]:
    """Return the page of one run."""
    amounts = carrying.amounts_of(run)
    return {
        "shown": runs([run])[0],
        "amounts": [Money(total, currency) for currency, total in sorted(amounts.items())],
        "held": held(run),
        "failed": _first(run.work.failed()),
        "decided": _first(run.work.filter(status__in=[Status.RELEASED, Status.DISCARDED]).select_related("decided_by")),
    }


def too_many_to_try(on: date) -> int:
    """Return how many payers are due by `on` when they are more than a page looks at while somebody waits, else 0."""
    count = len(due.payers(on))
    return count if count > MOST_TRIED else 0


def tried(on: date) -> dict[str, Any]:
    """Return what a run up to `on` would issue, beside the same charges' last cycle."""
    trial: Trial = trying.bill_due(on=on)
    return {"trial": trial, "differences": [_difference(trial, currency) for currency in sorted(trial.totals)]}


def _difference(trial: Trial, currency: str) -> Difference:
    totals = (trial.totals, trial.net, trial.last, trial.begun)
    return Difference(*(Money(counted[currency], currency) for counted in totals))


def _first(work: QuerySet[BillingWork]) -> list[BillingWork]:
    return list(work.select_related("payer", "run").order_by("pk")[:MOST_SHOWN])


def _documents(work: BillingWork) -> list[HeldDocument]:
    return [
        HeldDocument(
            kind=Document.Kind(draft["kind"]).label,
            total=Money(draft["total_minor"], draft["currency"]),
            lines=[_line(line, draft["currency"]) for line in draft["lines"]],
        )
        for draft in work.drafts
    ]


def _line(line: dict[str, Any], currency: str) -> HeldLine:
    since, until = _day(line["since"]), _day(line["until"])
    return HeldLine(line["description"], since, until - ONE_DAY if until else None, Money(line["amount_minor"], currency))


def _day(given: str) -> date | None:
    return None if given == "None" else date.fromisoformat(given)
