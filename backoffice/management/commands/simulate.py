"""Play billing scenarios: `manage.py simulate FILE.json…`. See docs/how-to/simulate-billing.md."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.decisions import Refusal
from billing.simulation import playing


class Command(BaseCommand):
    help = "Plays billing scenarios through the code of production, each rolled back, and prints one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario, or a list of them; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for name in options["files"]:
            try:
                for scenario in _scenarios(name):
                    self.stdout.write(json.dumps(playing.play(scenario), ensure_ascii=False))
            except (Refusal, OSError, ValueError, RecursionError) as problem:
                failed = True
                self.stderr.write(f"{name}: {_reason(problem)}")
        if failed:
            sys.exit(1)


def _scenarios(name: str) -> list[Any]:
    given = json.loads(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    return given if isinstance(given, list) else [given]


def _reason(problem: Exception) -> str:
    if isinstance(problem, Refusal):
        return problem.reason
    if isinstance(problem, OSError):
        return f"{problem.strerror}."
    return "This is not JSON."
