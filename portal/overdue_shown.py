"""An unpaid invoice as the portal shows it: what was asked for, what comes next, and what its payer can do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.decisions import Decision
from billing.dunning import ladder, pausing, plans, standing
from billing.dunning.models import Dispute, DunningPause, StepTaken
from billing.dunning.plans import Progress
from billing.invoices.models import Document
from billing.money import Money


@dataclass(frozen=True)
class Coming:
    """A step still to come: in words, and the day; no day while the invoice rests until further notice."""

    words: str
    day: date | None


@dataclass(frozen=True)
class Overdue:
    """What happens to an invoice that is not paid."""

    asked: Money
    disputed: Money | None
    taken: list[StepTaken]
    coming: list[Coming]
    resting: DunningPause | None
    plan: Progress | None
    may_promise: Decision
    first_day: date
    last_day: date

    @property
    def rests_until(self) -> date | None:
        """The last day of rest."""
        return self.resting.until - timedelta(days=1) if self.resting and self.resting.until else None


def of(document: Document, *, may_pay: Decision, disputes: Iterable[Dispute], today: date) -> Overdue | None:
    """Return what happens to `document` when it stays unpaid; nothing while it is not due or nothing is open.

    It takes whether the visitor may pay, and the open disputes on its lines, from the page that knows them already.
    """
    if not document.open_minor or document.due_on is None or document.due_on >= today:
        return None
    disputed = sum(dispute.amount_minor for dispute in disputes)
    known = standing.of([document], disputed={document.pk: disputed})[0]
    running = plans.running_on(document) if any(pause.plan_id for pause in known.pauses) else None
    promised = any(pause.cause == pausing.PROMISE for pause in known.pauses)
    return Overdue(
        asked=Money(known.asked_minor, document.currency),
        disputed=Money(known.disputed_minor, document.currency) if known.disputed_minor else None,
        taken=list(known.taken),
        coming=[Coming(ladder.what_it_does(step), day) for step, day in known.ahead(today)],
        resting=known.resting(today),
        plan=plans.progress(running) if running else None,
        may_promise=pausing.can_be_promised(document, promised=promised) if may_pay.allowed else may_pay,
        first_day=today,
        last_day=today + timedelta(days=pausing.LONGEST_PROMISE),
    )
