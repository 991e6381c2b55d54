"""The steps of an attempt to move money, the same for a payment and for a refund.

An attempt is written down (started), marked as sent and committed (unknown: from then on nobody can know), and only then
is the gateway called. What it answers is recorded in a second transaction. A process that dies in between leaves the
attempt unknown, which is the truth; asking the gateway resolves it. Both transactions refuse to be part of another one.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import Manager, Q
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.payments.gateways.base import Outcome
from billing.payments.models import Payment, Refund

STARTED, UNKNOWN = Payment.Status.STARTED, Payment.Status.UNKNOWN
SUCCEEDED, DECLINED = Payment.Status.SUCCEEDED, Payment.Status.DECLINED
STEPS: Final = {
    STARTED: frozenset({UNKNOWN}),
    UNKNOWN: frozenset({SUCCEEDED, DECLINED}),
    SUCCEEDED: frozenset(),
    DECLINED: frozenset(),
}
# Money given back may return after its gateway said that it arrived: the card is closed, the account is gone.
STEPS_OF_REFUNDS: Final = {**STEPS, SUCCEEDED: frozenset({DECLINED})}
STATUS_OF: Final = {Outcome.SUCCESS: SUCCEEDED, Outcome.DECLINED: DECLINED, Outcome.UNKNOWN: UNKNOWN}
TIME_BETWEEN_QUESTIONS: Final = timedelta(seconds=20)
TIME_BETWEEN_QUESTIONS_TO_SLOW_ONES: Final = timedelta(hours=1)
TIME_UNTIL_FORGOTTEN: Final = timedelta(minutes=1)

Attempt = TypeVar("Attempt", Payment, Refund)


class StepNotAllowed(Refusal):
    """An attempt does not go from one status to another in this way."""

    code = "step_not_allowed"


def step(attempt: Payment | Refund, status: str, **facts: object) -> None:
    """Take `attempt` one step further and store it with `facts`. The caller holds its lock.

    Raises:
        StepNotAllowed: there is no such step.
    """
    steps = STEPS_OF_REFUNDS if isinstance(attempt, Refund) else STEPS
    if status not in steps[Payment.Status(attempt.status)]:
        raise StepNotAllowed(
            _("{attempt} is {status} and cannot become {label}.").format(
                attempt=attempt, status=attempt.get_status_display(), label=Payment.Status(status).label
            )
        )
    for name, value in {"status": status, **facts}.items():
        setattr(attempt, name, value)
    attempt.save(update_fields=["status", *facts])


def claim_to_send(attempts: Manager[Attempt], attempt_id: int, at: datetime) -> Attempt | None:
    """Mark the attempt as sent and commit that; None when it was sent before: an attempt is sent once.

    Raises:
        RuntimeError: called inside a transaction; the gateway must never be.
    """
    with transaction.atomic(durable=True):
        return mark_sent(attempts, attempt_id, at)


def mark_sent(attempts: Manager[Attempt], attempt_id: int, at: datetime) -> Attempt | None:
    """Mark the attempt as sent, in the caller's transaction; None when it was sent before."""
    attempt = attempts.select_for_update().get(pk=attempt_id)
    if attempt.status != STARTED:
        return None
    step(attempt, UNKNOWN, asked_at=at)
    return attempt


def claim_unanswered(attempts: Manager[Attempt], *, slow: Q, at: datetime, limit: int) -> list[Attempt]:
    """Take up to `limit` sent attempts without an outcome, longest unasked first, so that nobody else asks for them now.

    Those that `slow` picks wait on a gateway that answers in days; they are asked for once an hour and stand in nobody's way.
    """
    soon, late = at - TIME_BETWEEN_QUESTIONS, at - TIME_BETWEEN_QUESTIONS_TO_SLOW_ONES
    with transaction.atomic(durable=True):
        due = attempts.filter(~slow & Q(asked_at__lte=soon) | slow & Q(asked_at__lte=late), status=UNKNOWN)
        claimed = list(due.order_by("asked_at", "pk").select_for_update(of=("self",), skip_locked=True)[:limit])
        attempts.filter(pk__in=[attempt.pk for attempt in claimed]).update(asked_at=at)
        return claimed


def forgotten(attempts: Manager[Attempt], *, at: datetime, limit: int) -> list[int]:
    """Return the ids of attempts written down but never sent, because whoever wanted to died first."""
    waiting = attempts.filter(status=STARTED, started_at__lte=at - TIME_UNTIL_FORGOTTEN).order_by("started_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:limit])
