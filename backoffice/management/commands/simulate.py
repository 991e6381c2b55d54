"""Play billing scenarios: `manage.py simulate FILE.json…`. See docs/how-to/simulate-billing.md."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from accounts.decisions import Refusal
from billing.simulation import playing

UNPLAYABLE = (ValueError, ArithmeticError, DatabaseError, RecursionError)


class Command(BaseCommand):
    help = "Plays billing scenarios through the code of production, each rolled back, and prints one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario, or a list of them; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if not all([self._play_file(name) for name in options["files"]]):
            sys.exit(1)

    def _play_file(self, name: str) -> bool:
        """Play what a file holds and say whether all of it could be; what could not is told, and the rest goes on."""
        try:
            scenarios = _scenarios(name)
        except Unreadable as problem:
            self.stderr.write(f"{name}: {problem.reason}")
            return False
        return all([self._play(name, scenario) for scenario in scenarios])

    def _play(self, name: str, scenario: object) -> bool:
        try:
            self.stdout.write(json.dumps(playing.play(scenario), ensure_ascii=False))
        except Refusal as problem:
            self.stderr.write(f"{name}: {problem.reason}")
        except UNPLAYABLE as problem:
            self.stderr.write(f"{name}: {_named(scenario)} cannot be played: {_words(problem)}")
        else:
            return True
        return False


class Unreadable(Refusal):
    """The file cannot be opened, or what it holds is no JSON."""

    code = "unreadable"


def _scenarios(name: str) -> list[Any]:
    try:
        given = json.loads(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as problem:
        raise Unreadable(f"{problem.strerror}.") from problem
    except RecursionError as problem:
        raise Unreadable("It is nested too deeply to be a scenario.") from problem
    except ValueError as problem:
        raise Unreadable("This is not JSON.") from problem
    return given if isinstance(given, list) else [given]


def _named(scenario: object) -> str:
    name = scenario.get("id") if isinstance(scenario, dict) else None
    return f"scenario {str(name)[:60]}" if name else "a scenario without an id"


def _words(problem: Exception) -> str:
    """Return what is wrong as one sentence: the first line of what was said, or its kind."""
    said = next(iter(str(problem).strip().splitlines()), "") or type(problem).__name__
    return f"{said[:200].rstrip('.')}."
