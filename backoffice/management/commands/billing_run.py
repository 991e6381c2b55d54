"""Bill everything due: `manage.py billing_run --on DATE`. Repeatable and resumable: what is billed is not billed again."""

import json
import sys
import time
from argparse import ArgumentParser
from datetime import date
from multiprocessing import get_context
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from billing.invoices.running import carrying, trying
from billing.invoices.running.carrying import Failure, Result
from billing.invoices.running.models import BillingRun, BillingWork
from billing.invoices.running.trying import Trial
from billing.money import Money

FURTHEST_DAYS: Final = 5 * 366


class Command(BaseCommand):
    help = "Bills everything that fell due up to a day, many payers at once; run again, it goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", required=True, metavar="DATE", help="the day up to which, and under whose date, is billed")
        parser.add_argument("--dry-run", action="store_true", help="compare with the last cycle, and issue nothing")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes bill at once (1)")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        on, workers, started = _day(options["on"]), options["workers"], time.monotonic()
        if not 1 <= workers <= 64:
            raise CommandError("--workers: a number from 1 to 64.", returncode=2)
        told = _tried(trying.bill_due(on=on)) if options["dry_run"] else _billed(self._bill(on, workers))
        facts = {"on": str(on), "dry_run": options["dry_run"], **told, "seconds": round(time.monotonic() - started, 2)}
        self.stdout.write(json.dumps(facts, ensure_ascii=False) if options["json"] else _in_words(facts))
        if facts["failures"]:
            sys.exit(1)

    def _bill(self, on: date, workers: int) -> Result:
        run = carrying.begin(on=on, at=timezone.now())
        if run is None:
            return Result()
        waiting = run.work.filter(status="waiting").count()
        self.stderr.write(f"{waiting} payer{' has' if waiting == 1 else 's have'} something due by {on}")
        if workers == 1:
            carrying.work_off(run, at=timezone.now())
        else:
            _share(run, workers)
        return carrying.result_of(run)


def _day(given: str) -> date:
    try:
        on = date.fromisoformat(given)
    except ValueError:
        raise CommandError(f"--on: {given!r} is not a day such as 2026-01-31.", returncode=2) from None
    if (on - timezone.now().date()).days > FURTHEST_DAYS:
        raise CommandError(f"--on: {on} is more than five years ahead; nothing was billed.")
    return on


def _share(run: BillingRun, workers: int) -> None:
    """Let so many processes work the run off; what one that dies had claimed is left for the others."""
    connections.close_all()
    context = get_context("fork")
    processes = [context.Process(target=_work_off, args=(run,)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    carrying.work_off(run, at=timezone.now())


def _work_off(run: BillingRun) -> None:
    try:
        carrying.work_off(run, at=timezone.now())
    finally:
        connections.close_all()


def _billed(result: Result) -> dict[str, Any]:
    return {
        "invoices": result.invoices, "credit_notes": result.credit_notes, "lines": result.lines,
        "amounts": _amounts(result.amounts), "held": BillingWork.objects.held().count(), "failures": _failures(result.failures),
    }  # fmt: skip


def _tried(trial: Trial) -> dict[str, Any]:
    compared = {
        currency: {
            "net": Money(net, currency).number,
            "last_cycle": Money(trial.last[currency], currency).number,
            "new": Money(trial.begun[currency], currency).number,
            "difference": Money(net - trial.last[currency], currency).number,
        }
        for currency, net in sorted(trial.net.items())
    }
    return {
        "invoices": trial.invoices, "credit_notes": trial.credit_notes, "lines": trial.lines, "amounts": _amounts(trial.totals),
        "compared": compared, "held": len(trial.objections), "failures": _failures(trial.failures),
        "objections": [{"payer": objection.payer, "reason": objection.reason} for objection in trial.objections],
    }  # fmt: skip


def _amounts(totals: dict[str, int]) -> dict[str, str]:
    return {currency: Money(amount, currency).number for currency, amount in sorted(totals.items())}


def _failures(failures: list[Failure]) -> list[dict[str, str]]:
    return [{"payer": failure.payer, "reason": failure.reason} for failure in failures]


def _in_words(told: dict[str, Any]) -> str:
    amounts = ", ".join(f"{amount} {currency}" for currency, amount in told["amounts"].items()) or "nothing"
    lines = [
        f"{told['invoices']} invoices and {told['credit_notes']} credit notes with {told['lines']} lines, {amounts} in"
        f" {told['seconds']} s; {told['held']} held, {len(told['failures'])} failed"
        + (" (dry run: nothing was issued)" if told["dry_run"] else "")
    ]
    for currency, net in told.get("compared", {}).items():
        lines.append(
            f"{currency} before tax: {net['net']}, last cycle {net['last_cycle']}, difference {net['difference']}"
            f" ({net['new']} of it for the first time or given back)"
        )
    objections = [f"would be held, {objection['payer']}: {objection['reason']}" for objection in told.get("objections", [])]
    return "\n".join([*lines, *objections, *(f"{failure['payer']}: {failure['reason']}" for failure in told["failures"])])
