"""Bring a bank's statement in: `manage.py import_statement FILE`. See docs/how-to/import-bank-statements.md."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.decisions import Refusal
from billing.payments.bank import importing
from billing.payments.bank.importing import Stored, ToldEntry
from billing.payments.bank.models import BankLine, BankStatement


class Command(BaseCommand):
    help = "Imports a camt or MT940 file: stores lines once, matches and settles them, flags over- and double payments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the bank's file; - for standard input")
        parser.add_argument("--json", action="store_true", help="the same output: it always is JSON, one object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            name = "standard input" if path == "-" else Path(path).name
            stored = importing.import_file(content=_content(path), file_name=name, actor=None, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(f"{path}: {refusal.reason}") from refusal
        for statement, _ in stored.statements:
            if statement.adds_up is False:
                self.stderr.write(f"statement {statement}: opening balance and entries do not make the closing balance")
        self.stdout.write(json.dumps(_counts(stored)))
        for statement, entries in stored.statements:
            for place, entry in enumerate(entries, start=1):
                self.stdout.write(json.dumps(_told(statement, place, entry), ensure_ascii=False))


def _content(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}.") from problem


def _counts(stored: Stored) -> dict[str, Any]:
    lines = [line for entry in stored.entries for line in entry.lines]
    new = sum(len(entry.new) for entry in stored.entries)
    by_status = Counter(line.status for line in lines)
    return {
        "statements": len(stored.statements),
        "new_statements": stored.new_statements,
        "lines": len(lines),
        "new": new,
        "known": len(lines) - new,
        **{status: by_status[status] for status in BankLine.Status.values},
        "overpaid": sum(line.over == BankLine.Over.OVERPAID for line in lines),
        "double": sum(line.over == BankLine.Over.DOUBLE for line in lines),
        "does_not_add_up": [str(statement) for statement, _ in stored.statements if statement.adds_up is False],
    }


def _told(statement: BankStatement, place: int, told: ToldEntry) -> dict[str, Any]:
    """Return an entry as the bank told it and what became of it; a batch has a part for each of its payments."""
    entry = told.entry
    facts = {
        "statement": statement.ref,
        "account": statement.account,
        "entry": place,
        "amount": importing.major(importing.minor(entry.amount, entry.currency), entry.currency),
        "currency": entry.currency,
        "booked": entry.booked.written if entry.booked else None,
        "value_date": entry.valued.written if entry.valued else None,
        "bank_ref": entry.bank_ref,
        "reversal": entry.is_reversal,
    }
    if len(told.lines) == 1:
        return facts | _became(told, told.lines[0])
    return facts | {"parts": [{"amount": _amount(line, entry.currency)} | _became(told, line) for line in told.lines]}


def _became(told: ToldEntry, line: BankLine) -> dict[str, Any]:
    payment = line.payment
    return {
        "line": line.ref,
        "new": line.pk in told.new,
        "end_to_end": line.end_to_end,
        "reference": line.reference,
        "remittance": line.remittance,
        "name": line.name,
        "iban": line.iban,
        "status": line.status,
        "rule": line.rule or line.proposal.get("rule", ""),
        "reason": line.reason or line.proposal.get("reason", ""),
        "payment": payment.ref if payment else "",
        "invoices": _invoices(line),
        "over": line.over,
        "over_amount": _amount(line, line.currency, line.over_minor),
        "refund_proposed": bool(line.over_minor and line.over_settled_at is None),
    }


def _invoices(line: BankLine) -> list[str]:
    if line.payment:
        return [str(share.document) for share in line.payment.shares.all()]
    return list(line.proposal.get("invoices", []))


def _amount(line: BankLine, currency: str, minor: int | None = None) -> str:
    return importing.major(line.amount_minor if minor is None else minor, currency)
