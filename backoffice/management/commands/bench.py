"""Benchmarks of this product: `manage.py bench NAME [--json]`; each figure stands beside the floor measured in the same run."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import benchmarks

FOLDER = Path(benchmarks.__file__).parent
NOT_BENCHMARKS = {"__init__", "figures", "scratch", "bare", "crew"}


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BENCHMARKS)


class Command(BaseCommand):
    help = "Runs one benchmark and prints its figures. Numbers are figures of this machine, now; compare ratios."
    # Checks would load every page of the site, and the workers of a benchmark are told by their memory.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help=f"one of: {', '.join(names()) or 'none yet'}")
        parser.add_argument("--size", type=int, default=0, metavar="N", help="how large a world to measure on (its own default)")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        if name not in names():
            raise CommandError(f"There is no benchmark called {name}. There are: {', '.join(names())}.")
        figures = import_module(f"benchmarks.{name}").measure(size=options["size"] or None)
        if options["json"]:
            told = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
            self.stdout.write(json.dumps({"bench": name, "figures": told}))
            return
        for figure in figures:
            self.stdout.write(str(figure))
