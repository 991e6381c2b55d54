"""Stepping: taking the steps that have come, payer by payer, and telling the payer once about all of them.

Each payer is a transaction under the payer's lock: a payment that comes at the same moment is either seen, and nothing is
done, or waits and finds the step taken. Running again on the same day does nothing. A fee is a document of its own, without tax
(it is compensation for late payment, Directive 2011/7/EU article 6, not the price of a supply).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from billing.dunning import entitlements, ladder, standing
from billing.dunning.models import DunningStep, StepTaken
from billing.dunning.standing import Standing
from billing.invoices import issuing, newline, settling
from billing.invoices.models import Document
from billing.invoices.newline import NewLine
from billing.ledger import locking
from billing.money import Money

AT_ONCE: Final = 500  # payers
MOST_LISTED: Final = 50  # invoices in one letter
HARDNESS: Final = list(DunningStep.Action.values)


@dataclass(frozen=True)
class Step:
    """A step that is to be taken for an invoice."""

    standing: Standing
    step: DunningStep

    @property
    def asked(self) -> Money:
        """What is asked for."""
        return Money(self.standing.asked_minor, self.standing.document.currency)


def take_due(*, at: datetime, payers: QuerySet[Customer] | None = None) -> int:
    """Take every step that has come by the moment `at` on its payer's own day; return how many. `payers` are all unless named."""
    known = Customer.objects.all() if payers is None else payers
    return sum(_take(payer, at) for some in _overdue_payers(known, at) for payer in _with_something_due(some, at))


def _overdue_payers(known: QuerySet[Customer], at: datetime) -> Iterator[list[Customer]]:
    """Yield those of the payers `known` whose invoices may be overdue, many at a time, by their keys."""
    late = Document.objects.open().filter(due_on__lt=latest_day(at)).values("customer")
    rows = known.filter(pk__in=late).order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield found
        last = found[-1].pk


def _with_something_due(payers: Sequence[Customer], at: datetime) -> list[Customer]:
    steps = _steps(_overdue(payers, at), at)
    due = {step.standing.document.customer_id for step in steps}
    return [payer for payer in payers if payer.pk in due]


def _overdue(payers: Sequence[Customer], at: datetime) -> list[Document]:
    late = Document.objects.open().filter(customer__in=payers, due_on__lt=latest_day(at))
    return list(late.select_related("customer", "legal_entity").order_by("due_on", "pk"))


def _steps(documents: Sequence[Document], at: datetime) -> list[Step]:
    found = ((known, known.due(_today(known.document.customer, at))) for known in standing.of(documents))
    return [Step(known, step) for known, step in found if step]


def _take(payer: Customer, at: datetime) -> int:
    """Take what has come for one payer and write one letter about it."""
    with transaction.atomic():
        locking.lock_payers([payer.pk])
        today = _today(payer, at)
        steps = _steps(_overdue([payer], at), at)
        taken = [_carry_out(step, today, at) for step in steps]
        if taken:
            _write_letter(payer, steps, taken, at)
    return len(taken)


def _carry_out(due: Step, today: date, at: datetime) -> StepTaken:
    document, step = due.standing.document, due.step
    charged = step.action == ladder.FEE and step.currency == document.currency
    taken = StepTaken.objects.create(
        document=document, step=step, action=step.action if charged or step.action != ladder.FEE else DunningStep.Action.REMIND,
        taken_on=today, taken_at=at, amount_minor=due.asked.amount_minor,
        fee_document=_charge(due, today, at) if charged else None,
    )  # fmt: skip
    with in_plain_words():
        done = taken.done
    facts = {"step": done, "amount": str(due.asked), "due_on": str(document.due_on)}
    recording.record(document.customer, "billing.dunning_step_taken", actor=None, at=at, about=document, facts=facts)
    return taken


def _charge(due: Step, today: date, at: datetime) -> Document:
    """Issue the fee to the one who owes the invoice, by the seller who waits for the money."""
    document, step = due.standing.document, due.step
    line = NewLine(
        kind=newline.ONE_OFF, customer=document.customer, description=f"Reminder fee for invoice {document.ref}",
        amount_minor=step.fee_minor or 0,
    )  # fmt: skip
    fee = issuing.issue(
        payer=document.customer, receiver=responsibilities.receiver_of(document.customer, today),
        legal_entity=document.legal_entity, currency=document.currency, lines=[line], on=today, at=at,
        key=f"dunning-fee:{document.ref}:{step.pk}",
    )  # fmt: skip
    settling.apply_account_credit(fee, at)
    return fee


def _write_letter(payer: Customer, steps: Sequence[Step], taken: Sequence[StepTaken], at: datetime) -> None:
    """Record one activity that the payer's people are told of: all invoices, the hardest step, and what comes next."""
    hardest = max(taken, key=lambda row: HARDNESS.index(row.action))
    totals: dict[str, int] = defaultdict(int)
    for step in steps:
        totals[step.asked.currency] += step.asked.amount_minor
    facts: dict[str, Any] = {
        "action": hardest.action,
        "amount": ", ".join(str(Money(minor, currency)) for currency, minor in sorted(totals.items())),
        "words": hardest.step.words,
        "fee": str(Money(hardest.fee_document.total_minor, hardest.fee_document.currency)) if hardest.fee_document else "",
        "count": len(steps),
        "invoices": [_told(step) for step in steps[:MOST_LISTED]],
        "customer_number": payer.number,
    }
    recording.record(payer, "billing.dunning_letter", actor=None, at=at, about=payer, facts=facts)


def _told(due: Step) -> dict[str, str]:
    known, document = due.standing, due.standing.document
    coming = [(step, day) for step, day in known.ahead(date.min) if step != due.step]
    return {
        "ref": str(document.ref),
        "due_on": str(document.due_on),
        "amount": str(due.asked),
        "next": coming[0][0].action if coming else "",
        "next_days": str(coming[0][0].days - due.step.days) if coming else "",
    }


def lift_what_was_paid(*, at: datetime) -> int:
    """Tell payers that what a step stopped works again, once; it has worked since the money came. Return how many were told."""
    stopped = StepTaken.objects.filter(action__in=ladder.STOPPING, lifted_at=None).select_related("document__customer")
    payers = {row.document.customer_id: row.document.customer for row in stopped.filter(document__open_minor=0)}
    told = 0
    for payer in payers.values():
        with transaction.atomic():
            locking.lock_payers([payer.pk])
            rows = stopped.filter(document__customer=payer, document__open_minor=0)
            lifted = rows.select_for_update(of=("self",))
            keys = [row.pk for row in lifted]
            StepTaken.objects.filter(pk__in=keys).update(lifted_at=at)
            if keys and entitlements.of(payer, _today(payer, at)).allowed:
                recording.record(payer, "billing.service_restored", actor=None, at=at, about=payer, facts={"name": payer.name})
                told += 1
    return told


def _today(payer: Customer, at: datetime) -> date:
    return local_day(at, payer.timezone)
