"""Bill everything due: `manage.py billing_run --on DATE`. Repeatable and resumable: what is billed is not billed again."""

import json
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.customers.models import Customer
from billing.invoices import run
from billing.invoices.run import RunResult
from billing.money import Money


class Command(BaseCommand):
    help = "Bills everything that fell due up to a day, each payer in one transaction; run again, it goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", required=True, metavar="DATE", help="the day up to which, and under whose date, is billed")
        parser.add_argument("--dry-run", action="store_true", help="say what would be issued, and issue nothing")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many payers are billed at once (1)")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        on, workers, started = _day(options["on"]), options["workers"], time.monotonic()
        if not 1 <= workers <= 64:
            raise CommandError("--workers: a number from 1 to 64.", returncode=2)
        payers = run.payers_due(on)
        self.stderr.write(f"{len(payers)} payers have something due by {on}")
        result = _billed(payers, workers, on=on, at=timezone.now(), dry_run=options["dry_run"])
        told = _told(result, on, dry_run=options["dry_run"], seconds=time.monotonic() - started)
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _in_words(told))
        if result.failures:
            sys.exit(1)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise CommandError(f"--on: {given!r} is not a day such as 2026-01-31.", returncode=2) from None


def _billed(payers: list[Customer], workers: int, *, on: date, at: datetime, dry_run: bool) -> RunResult:
    if workers == 1:
        return run.bill_due(on=on, at=at, dry_run=dry_run, payers=payers)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        parts = list(
            pool.map(lambda part: _part(part, on=on, at=at, dry_run=dry_run), [payers[n::workers] for n in range(workers)])
        )
    whole = RunResult()
    for part in parts:
        whole.documents += part.documents
        whole.lines += part.lines
        whole.failures += part.failures
    return whole


def _part(payers: list[Customer], *, on: date, at: datetime, dry_run: bool) -> RunResult:
    try:
        return run.bill_due(on=on, at=at, dry_run=dry_run, payers=payers)
    finally:
        connection.close()


def _told(result: RunResult, on: date, *, dry_run: bool, seconds: float) -> dict[str, Any]:
    credit_notes = sum(document.kind == "credit_note" for document in result.documents)
    return {
        "on": str(on),
        "dry_run": dry_run,
        "invoices": len(result.documents) - credit_notes,
        "credit_notes": credit_notes,
        "lines": result.lines,
        "amounts": {currency: Money(amount, currency).number for currency, amount in sorted(result.amounts().items())},
        "seconds": round(seconds, 2),
        "held": 0,
        "failures": [{"payer": failure.payer, "reason": failure.reason} for failure in result.failures],
    }


def _in_words(told: dict[str, Any]) -> str:
    amounts = ", ".join(f"{amount} {currency}" for currency, amount in told["amounts"].items()) or "nothing"
    lines = [
        f"{told['invoices']} invoices and {told['credit_notes']} credit notes with {told['lines']} lines, {amounts} in"
        f" {told['seconds']} s; {told['held']} held, {len(told['failures'])} failed"
        + (" (dry run: nothing was issued)" if told["dry_run"] else "")
    ]
    return "\n".join(lines + [f"{failure['payer']}: {failure['reason']}" for failure in told["failures"]])
