"""Carrying out a run: begin it, work it off with any number of workers, end it, and say what came of it.

Beginning a day's run while one is unfinished goes on with that one. With nothing due nothing is written, no run either.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Sum

from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.running import chunks, due, rules
from billing.invoices.running.models import BillingRun, BillingWork
from billing.invoices.running.rules import Rule

# A chunk holds a lock for each of its payers, and a server of 200 connections has room for about 20,000 in all.
AT_ONCE: Final = 4_000


@dataclass(frozen=True)
class Failure:
    """A payer that could not be billed, and why; the others were."""

    payer: str
    reason: str


@dataclass
class Result:
    """What runs issued: documents and their lines counted, totals per currency, who could not be billed, how many are held."""

    invoices: int = 0
    credit_notes: int = 0
    lines: int = 0
    amounts: Counter[str] = field(default_factory=Counter)
    held: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """Invoices and credit notes together."""
        return self.invoices + self.credit_notes

    def add(self, other: "Result") -> None:
        """Count what another run did, too."""
        self.invoices += other.invoices
        self.credit_notes += other.credit_notes
        self.lines += other.lines
        self.amounts.update(other.amounts)
        self.held += other.held
        self.failures += other.failures


def bill_due(*, on: date, at: datetime, judges: Sequence[Rule] = rules.RULES) -> Result:
    """Bill everybody for whom something falls due by `on`, here and now; whoever looks wrong to `judges` is held."""
    run = begin(on=on, at=at)
    if run is None:
        return Result()
    work_off(run, at=at, judges=judges)
    return result_of(run)


def begin(*, on: date, at: datetime, actor: User | None = None, zones: Collection[str] | None = None) -> BillingRun | None:
    """Return the day's run with work for everybody who is due, the unfinished one if there is one; None with nothing to do.

    With `zones` only payers who live there are added.
    """
    with transaction.atomic():
        _one_at_a_time()
        unfinished = BillingRun.objects.filter(on=on, finished_at=None).first()
        run = unfinished or BillingRun.objects.create(on=on, begun_at=at, begun_by=actor)
        added = due.fill(run, zones)
        if not added and not unfinished:
            transaction.set_rollback(True)
            return None
    return run


def work_off(
    run: BillingRun, *, at: datetime, judges: Sequence[Rule] = rules.RULES, at_once: int = AT_ONCE, until_at_most: int = 0
) -> bool:
    """Bill chunk after chunk until nothing is left to claim; True when the run is finished.

    Any number of workers may do so at once. With `until_at_most` stop after so many chunks.
    """
    last, done = 0, 0
    while (reached := chunks.bill_next(run, at=at, judges=judges, at_once=at_once, after=last)) is not None:
        last, done = reached, done + 1
        if done == until_at_most:
            break
    return _finish(run, at)


def begin_as_days_begin(*, at: datetime) -> list[BillingRun]:
    """Begin a run for each calendar day that due payers live in at the moment `at`; each payer is in that of its own day."""
    latest = latest_day(at)
    zones: dict[date, set[str]] = defaultdict(set)
    for zone in Customer.objects.filter(pk__in=list(due.payers(latest))).values_list("timezone", flat=True).distinct():
        zones[local_day(at, zone)].add(zone)
    runs = [begin(on=day, at=at, zones=sorted(of_day)) for day, of_day in sorted(zones.items())]
    return [run for run in runs if run]


def bill_as_days_begin(*, at: datetime, judges: Sequence[Rule] = rules.RULES) -> Result:
    """Bill everybody for what falls due by their own day at the moment `at`; asked often, it bills each day once.

    Documents carry the payer's day.
    """
    whole = Result()
    for run in begin_as_days_begin(at=at):
        work_off(run, at=at, judges=judges)
        whole.add(result_of(run))
    return whole


def unfinished() -> Iterable[BillingRun]:
    """Return the runs that still have work, oldest first."""
    return BillingRun.objects.filter(finished_at=None).order_by("pk")


def has_unclaimed(run: BillingRun) -> bool:
    """Whether the run has work that no worker holds at this moment, or is only to be ended."""
    waiting = run.work.filter(status=BillingWork.Status.WAITING)
    with transaction.atomic():
        free = waiting.select_for_update(skip_locked=True, no_key=True).order_by("payer").values_list("pk", flat=True).first()
        return free is not None or not waiting.exists()


def result_of(run: BillingRun) -> Result:
    """Return what the run did so far, in three statements."""
    work = BillingWork.objects.filter(run=run)
    sums = work.aggregate(invoices=Sum("invoices"), credit_notes=Sum("credit_notes"), lines=Sum("lines"))
    held = work.held().aggregate(held=Count("pk"))["held"]
    failures = [Failure(*told) for told in work.failed().order_by("payer").values_list("payer__number", "reason")]
    numbers = {name: total or 0 for name, total in sums.items()}
    return Result(**numbers, amounts=amounts_of(run), held=held, failures=failures)


def amounts_of(run: BillingRun) -> Counter[str]:
    """Return the totals issued so far per currency, credit notes counted below zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.currency, sum(part.amount::bigint) FROM billing_billingwork work, jsonb_each_text(work.amounts)"
            " AS part(currency, amount) WHERE work.run_id = %s AND work.amounts <> '{}' GROUP BY 1 ORDER BY 1",
            [run.pk],
        )
        return Counter({currency: int(total) for currency, total in cursor.fetchall()})


def _finish(run: BillingRun, at: datetime) -> bool:
    """End the run when no work is left, whoever did it; it is told on the timeline once."""
    waiting = BillingWork.objects.filter(run=run, status=BillingWork.Status.WAITING)
    with transaction.atomic():
        if waiting.exists():
            return False
        if BillingRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=at):
            told = result_of(run)
            facts = {"documents": told.documents, "on": str(run.on), "held": told.held, "failures": len(told.failures)}
            if told.documents or told.held or told.failures:
                recording.record(None, "billing.run_finished", actor=None, at=at, facts=facts, internal=True)
        run.refresh_from_db(fields=["finished_at"])
    return True


def _one_at_a_time() -> None:
    """Let nobody else begin a run until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accord billing run', 0))")
