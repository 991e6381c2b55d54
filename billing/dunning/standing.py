"""Standing: where unpaid invoices are on the ladder, what of them is asked for, and what comes next.

Any number of invoices takes the same few statements. Nothing is locked here; `stepping.py` asks again under the payer's lock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from accounts import reading, ready
from accounts.customers import tiers
from accounts.ready import Fact
from billing.dunning import ladder, schedule
from billing.dunning.models import Dispute, DunningPause, DunningStep, StepTaken
from billing.dunning.schedule import Rest, Rung
from billing.invoices.models import Document

Row = TypeVar("Row", StepTaken, DunningPause)


@dataclass(frozen=True)
class Standing:
    """One unpaid invoice: the steps of its payer's ladder, those taken, its rests, and what of it is in dispute."""

    document: Document
    steps: Mapping[Rung, DunningStep]
    taken: Sequence[StepTaken] = ()
    pauses: Sequence[DunningPause] = ()
    disputed_minor: int = 0
    is_fee: bool = False
    _rests: Sequence[Rest] = field(default=(), repr=False)

    @property
    def asked_minor(self) -> int:
        """What is open and not in dispute, in minor units."""
        return max(self.document.open_minor - self.disputed_minor, 0)

    def due(self, today: date) -> DunningStep | None:
        """Return the step to be taken on the day `today`; none while it rests or nothing undisputed is open."""
        if not self.asked_minor or self.document.due_on is None:
            return None
        rung = schedule.due(self.steps, due_on=self.document.due_on, taken=self._days_taken(), rests=self._rests, today=today)
        return self.steps.get(rung) if rung else None

    def ahead(self, today: date) -> list[tuple[DunningStep, date | None]]:
        """Return the steps still to come with their days, from `today` on; no day while it rests until further notice."""
        if self.document.due_on is None:
            return []
        due_on, taken = self.document.due_on, self._days_taken()
        days = schedule.ahead(self.steps, due_on=due_on, taken=taken, rests=self._rests, not_before=today)
        return [(self.steps[rung], day) for rung, day in days if rung in self.steps]

    def resting(self, today: date) -> DunningPause | None:
        """Return why it rests on the day `today`."""
        return next((pause for pause in self.pauses if Rest(pause.since, pause.until).holds(today)), None)

    def _days_taken(self) -> dict[Rung, date]:
        return {Rung(taken.step.days, taken.step.number): taken.taken_on for taken in self.taken}


def of(documents: Iterable[Document], *, disputed: Mapping[int, int] | None = None) -> list[Standing]:
    """Return how each of `documents` stands, in their order. They come with their customer.

    Who knows already what is in dispute, as `disputed_on` says it, hands it in.
    """
    documents = list(documents)
    keys = [document.pk for document in documents]
    steps_of = _steps_of(documents)
    steps = _steps_taken(documents=keys)
    taken, fees = _by_document(steps), {step.fee_document_id for step in steps}
    pauses = _by_document(_pauses_of(documents=keys))
    disputed = disputed_on(keys) if disputed is None else disputed
    return [
        Standing(
            document, _steps(steps_of[document.customer_id], document, is_fee=document.pk in fees), taken[document.pk],
            pauses[document.pk], disputed.get(document.pk, 0), document.pk in fees,
            [Rest(pause.since, pause.until) for pause in pauses[document.pk]],
        )
        for document in documents
    ]  # fmt: skip


@ready.statement
def _steps_taken(documents: Fact) -> QuerySet[StepTaken]:
    found = StepTaken.objects.filter(Q(reading.among("document_id", documents)) | Q(reading.among("fee_document_id", documents)))
    return found.select_related("step").order_by("taken_on", "pk")


@ready.statement
def _pauses_of(documents: Fact) -> QuerySet[DunningPause]:
    return DunningPause.objects.filter(reading.among("document_id", documents)).order_by("since", "pk")


def disputed_on(documents: Collection[int]) -> dict[int, int]:
    """Return what of each document is in open dispute, by its key, in minor units."""
    found: dict[int, int] = defaultdict(int)
    for dispute in Dispute.objects.filter(status=Dispute.Status.OPEN, line__document__in=documents).select_related("line"):
        found[dispute.line.document_id] += dispute.amount_minor
    return found


def _steps_of(documents: Iterable[Document]) -> Mapping[int, list[DunningStep]]:
    """Return the ladder of each customer who owes `documents`; tiers are not asked for while all climb the same."""
    by_tier, customers = ladder.for_tiers(), {document.customer_id: document.customer for document in documents}
    if all(steps == by_tier[""] for steps in by_tier.values()):
        return dict.fromkeys(customers, by_tier[""])
    tier_of = tiers.of(list(customers.values()))
    return {customer: by_tier[tier_of[customer]] for customer in customers}


def _steps(steps: Iterable[DunningStep], document: Document, *, is_fee: bool) -> dict[Rung, DunningStep]:
    """Return the ladder of one invoice: a fee is asked for like any debt, but nothing more is charged or stopped for it."""
    kept = [step for step in steps if not is_fee or step.action == DunningStep.Action.REMIND]
    return ladder.rungs(kept)


def _by_document(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row)
    return found
