"""Price one quantity with one charge model: `manage.py price --model M --params JSON --units N`, or JSON lines on stdin."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from accounts.decisions import Refusal
from billing.catalog import charges

OF_ONE: Final = ("params", "units", "amount", "events", "id")  # what says something of one quantity only


class Command(BaseCommand):
    help = "Prices a quantity, exact and unrounded. Without --model reads one case a line from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", help=f"the charge model: {', '.join(charges.MODELS)}")
        parser.add_argument("--params", help="the terms of the model as JSON")
        parser.add_argument("--units", help="how many units")
        parser.add_argument("--amount", help="the amount of money moved, for percentages")
        parser.add_argument("--events", help="the number of events, or their amounts as a JSON list")
        parser.add_argument("--id", default=None, help="what the result is called")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["model"]:
            self._one(options)
            return
        if any(options[name] is not None for name in OF_ONE):
            raise CommandError("Say the charge model of these terms: --model M.", returncode=2)
        failed = False
        for place, case in enumerate(_cases(), start=1):
            try:
                told = _priced(json.loads(case))
            except (Refusal, ValueError, RecursionError) as problem:
                failed = True
                self.stderr.write(f"line {place}: {problem.reason if isinstance(problem, Refusal) else 'This is not JSON.'}")
            else:
                self.stdout.write(json.dumps(told))
        if failed:
            sys.exit(1)

    def _one(self, options: dict[str, Any]) -> None:
        given = {name: options[name] for name in ("units", "amount") if options[name] is not None}
        try:
            if options["events"] is not None:
                given["events"] = json.loads(options["events"])
            terms = {} if options["params"] is None else json.loads(options["params"])
            case = {"id": options["id"], "model": options["model"], "params": terms, "input": given}
            self.stdout.write(json.dumps(_priced(case)))
        except Refusal as refusal:
            raise CommandError(refusal.reason) from refusal
        except ValueError as problem:
            raise CommandError("--params and --events are JSON.") from problem


def _cases() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line


def _priced(case: object) -> dict[str, Any]:
    if not isinstance(case, Mapping):
        raise charges.BadTerms("A case is an object with id, model, params and input.")
    given = case.get("input") or {}
    if not isinstance(given, Mapping):
        raise charges.BadQuantity("The input is an object with units, amount or events.")
    terms = charges.parse(case.get("model", ""), case.get("params") or {})
    return {"id": case.get("id"), **terms.price(charges.Quantity.parse(given)).as_dict()}
