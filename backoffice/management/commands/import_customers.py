"""Bring customer trees in from a CSV file: `manage.py import_customers FILE.csv`. See docs/how-to/import-customers.md."""

import json
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.customers import facts, importing, sheets
from accounts.decisions import Refusal
from accounts.quality import scores, staging

SHOWN = 50  # of an import that was carried out; a dry run lists all


class Command(BaseCommand):
    help = "Imports a tree of customers from a CSV file (plain or .gz; - reads standard input). Repeatable by ref."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV file, its first line naming the columns; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--gate", type=int, default=0, metavar="SCORE", help="stage an import that scores less (0 to 100)")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--columns", default="", metavar="OURS=THEIRS,…", help="where our columns are found in this file")
        parser.add_argument("--parent-separator", default="", metavar="SIGN", help="what stands between several parents")
        parser.add_argument(
            "--no-parent", action="append", default=[], metavar="VALUE", help="what the file writes for 'no parent'"
        )
        parser.add_argument("--where", action="append", default=[], metavar="COLUMN=VALUE", help="take only rows that have it")
        parser.add_argument("--default-kind", default="", metavar="KIND", help="the kind of new customers whose row says none")
        parser.add_argument("--create-missing-parents", action="store_true", help="add parents that have no row of their own")
        parser.add_argument("--names", default="", metavar="FILE:REF=NAME,…", help="facts from another file, joined by ref")
        parser.add_argument("--delimiter", default=",", metavar="SIGN", help="what stands between two cells (,)")
        parser.add_argument("--max-mb", type=int, default=50, metavar="N", help="refuse a larger file, measured unpacked (50)")
        parser.add_argument("--max-rows", type=int, default=500_000, metavar="N", help="refuse a file with more rows (500000)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if not 0 <= options["gate"] <= 100:
            raise CommandError("--gate: write a score from 0 to 100.", returncode=2)
        try:
            with ExitStack() as stack:
                reading = _reading(options, stack)
                sheet = sheets.Sheet(_opened(options["file"], stack), reading)
                for column in sheet.unknown_columns:
                    print(f"the column {column} is not known and was left aside", file=sys.stderr)
                gated = _behind_gate(sheet, options) if options["gate"] else staging.Gated(_imported(sheet, reading, options), 0)
        except Refusal as refusal:
            raise CommandError(f"{options['file']}: {refusal.reason}") from refusal
        told = _told(gated, sheet, options, seconds=time.monotonic() - started)
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _in_words(told))


def _reading(options: dict[str, Any], stack: ExitStack) -> sheets.Reading:
    return sheets.Reading(
        columns=_mapped(options["columns"], "--columns"),
        where=tuple(_pair(part, "--where") for part in options["where"]),
        nobody=frozenset(options["no_parent"]),
        parent_separator=options["parent_separator"],
        delimiter=_sign(options["delimiter"]),
        names=_names(options["names"], options["max_mb"], stack) if options["names"] else {},
        name_by_ref=bool(options["names"]),
        most_bytes=options["max_mb"] * sheets.MEGABYTE,
        most_rows=options["max_rows"],
    )


def _mapped(text: str, option: str) -> dict[str, str]:
    try:
        return sheets.mapping_of(text)
    except sheets.FileUnusable as fault:
        raise CommandError(f"{option}: {fault.reason}", returncode=2) from fault


def _pair(text: str, option: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals:
        raise CommandError(f'{option} "{text}": write COLUMN=VALUE.', returncode=2)
    return left.strip(), right.strip()


def _sign(text: str) -> str:
    if len(text) != 1:
        raise CommandError("--delimiter: write one sign, such as ; or a tab.", returncode=2)
    return text


def _names(text: str, most_mb: int, stack: ExitStack) -> dict[str, dict[str, str]]:
    path, colon, columns = text.rpartition(":")
    if not colon:
        raise CommandError(f'--names "{text}": write FILE:REF=NAME, such as entities.csv:lei=legal_name.', returncode=2)
    first, *further = columns.split(",")
    key, name = _pair(first, "--names")
    mapped = {"name": name} | _mapped(",".join(further), "--names")
    try:
        return sheets.names_in(_opened(path, stack), key=key, columns=mapped, most_bytes=most_mb * sheets.MEGABYTE)
    except sheets.FileUnusable as fault:
        raise CommandError(f"{path}: {fault.reason}") from fault


def _opened(path: str, stack: ExitStack) -> BinaryIO:
    if path == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(path).open("rb"))
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}.") from problem


def _imported(sheet: sheets.Sheet, reading: sheets.Reading, options: dict[str, Any]) -> importing.ImportResult:
    now = timezone.now()
    result = importing.import_rows(
        sheet,
        actor=None,
        at=now,
        dry_run=options["dry_run"],
        default_kind=options["default_kind"],
        missing_parent=(lambda ref: sheets.missing_parent(reading, ref)) if options["create_missing_parents"] else None,
    )
    if not options["dry_run"]:
        scores.judge_new(at=now)
    return result


def _behind_gate(sheet: sheets.Sheet, options: dict[str, Any]) -> staging.Gated:
    """Import what reaches the gate; otherwise keep it staged. A dry run only says what it scores."""
    if options["create_missing_parents"]:
        raise CommandError("--gate: rows must name their parents; leave --create-missing-parents out.", returncode=2)
    given = {"gate": options["gate"], "default_kind": options["default_kind"], "at": timezone.now()}
    with transaction.atomic():
        gated = staging.import_behind_gate(list(sheet), name=Path(options["file"]).name, **given)
        transaction.set_rollback(options["dry_run"])
    return gated


def _told(gated: staging.Gated, sheet: sheets.Sheet, options: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    result = gated.result
    told = {key: value for key, value in asdict(result).items() if key not in {"faults", "remarks"}}
    return told | {
        "score": result.score,
        "quality": gated.score if options["gate"] else None,
        "staged": gated.staged is not None,
        "passed_over": sheet.passed_over,
        "dry_run": options["dry_run"],
        "seconds": round(seconds, 2),
        "unknown_columns": sheet.unknown_columns,
        "faults": [asdict(fault) for fault in result.faults],
        "remarks": [asdict(remark) for remark in result.remarks],
    }


def _in_words(told: dict[str, Any]) -> str:
    counts = ", ".join(f"{told[count]} {count}" for count in ("created", "updated", "unchanged", "refused"))
    lines = [f"{counts}; score {told['score']}" + (" (dry run: nothing was changed)" if told["dry_run"] else "")]
    if told["staged"]:
        lines.append(
            f"quality {told['quality']}: below the gate. Nothing went live; the rows wait in the back office under Data."
        )
    for title in ("faults", "remarks"):
        shown = len(told[title]) if told["dry_run"] else SHOWN  # who tries a file out wants to put all of it right
        lines += [f"row {said['row']}: {_sentence(said)}" for said in told[title][:shown]]
        if (more := len(told[title]) - shown) > 0:
            lines.append(f"… and {more} more {title}; --json shows all")
    return "\n".join(lines)


def _sentence(said: dict[str, Any]) -> str:
    """Say what is wrong in the words of every other way in, with the id of the rule where one says so."""
    label = facts.label(said["column"])
    return f"{label} {said['reason']} ({said['rule']})" if said["rule"] else f"{label}: {said['reason']}"
