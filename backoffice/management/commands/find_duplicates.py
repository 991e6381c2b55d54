"""Pairs that are likely one and the same: `manage.py find_duplicates [--csv FILE]`. See docs/how-to/find-duplicates.md."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.decisions import Refusal
from accounts.quality import duplicates
from accounts.quality.matching import files, finding
from accounts.quality.matching.evidence import CANDIDATE, Match
from backoffice.management.commands.import_customers import SHOWN
from backoffice.management.json_lines import opened


class Command(BaseCommand):
    help = "Prints candidate pairs as JSON lines, likeliest first: customers kept twice, or rows of a CSV file (plain or .gz)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--csv", default="", metavar="FILE", help="compare the rows of this file (- for standard input)")
        parser.add_argument("--json", action="store_true", help="print JSON lines (they are printed without it as well)")
        parser.add_argument(
            "--at-least", type=float, default=CANDIDATE, metavar="SCORE", help=f"the lowest score shown, 0 to 1 ({CANDIDATE})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["at_least"] <= 1:
            raise CommandError("--at-least: write a score from 0 to 1.", returncode=2)
        found = _in_file(options["csv"], options["at_least"]) if options["csv"] else duplicates.find(at_least=options["at_least"])
        for match in found:
            told = {"a": match.a, "b": match.b, "score": match.score, "why": list(match.why)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        print(f"{len(found)} pairs", file=sys.stderr)


def _in_file(path: str, at_least: float) -> list[Match]:
    try:
        with opened(path) as stream:
            rows, kinds = files.read(stream)
    except files.RowsUnusable as refusal:
        shown = refusal.faults[:SHOWN] + ([f"… and {len(refusal.faults) - SHOWN} more"] if len(refusal.faults) > SHOWN else [])
        raise CommandError("\n".join(f"{path}: {fault}" for fault in shown)) from refusal
    except Refusal as refusal:
        raise CommandError(f"{path}: {refusal.reason}") from refusal
    return finding.find(rows, kinds, at_least=at_least)
