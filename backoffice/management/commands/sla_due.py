"""Ask the service clock: `manage.py sla_due < CASES.jsonl`, one case a line, or one object with a list of "cases"."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.decisions import Refusal
from backoffice.management.json_lines import opened, rows_of
from support.service_levels import cases


class Command(BaseCommand):
    help = (
        'Answers cases of the service clock: {"id","due"} a line, the instant in the case\'s zone, or {"id","minutes"}.'
        ' Reads one case a line, or one object {"cases": [...]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the file of cases (standard input)")

    def handle(self, *args: Any, **options: Any) -> None:
        with opened(options["file"]) as lines:
            asked = _cases(lines.read(), options["file"])
        failed = 0
        for place, case in enumerate(asked, start=1):
            try:
                told = cases.answer(case)
            except Refusal as refusal:
                failed += 1
                self.stderr.write(f"case {_name(case, place)}: {refusal.reason}")
            else:
                self.stdout.write(json.dumps(told, ensure_ascii=False))
        print(f"{len(asked) - failed} of {len(asked)} cases answered", file=sys.stderr)
        if failed:
            sys.exit(1)


def _cases(content: bytes, name: str) -> list[Any]:
    """Return the cases of a file: of one JSON text (a list, an object with "cases", or one case), else one on each line."""
    try:
        whole = json.loads(content.decode("utf-8-sig"))
    except RecursionError as problem:
        raise CommandError(f"{name} is nested too deeply.") from problem
    except ValueError:
        whole = rows_of(content.splitlines(), name)
    if isinstance(whole, dict):
        whole = whole.get("cases", [whole])
    if not isinstance(whole, list):
        raise CommandError(f"{name}: write one case a line, or a list of them under cases.")
    return [each for case in whole for each in _under(case)]


def _under(case: Any) -> list[Any]:
    inner = case.get("cases") if isinstance(case, dict) else None
    return inner if isinstance(inner, list) else [case]


def _name(case: Any, place: int) -> str:
    named = case.get("id") if isinstance(case, dict) else None
    return str(place if named is None else named)
