"""Prove the numbering of the customer tree: `manage.py check_tree`. Silent and 0 when it is right."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.customers import tree


class Command(BaseCommand):
    help = (
        "Proves that the numbering of every customer group agrees with the parent links. Prints faults; exit 1 if there are any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--repair", action="store_true", help="number every group anew first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["repair"]:
            tree.rebuild()
        faults = [str(fault) for fault in tree.check()]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
        else:
            for fault in faults:
                self.stdout.write(fault)
        if faults:
            sys.exit(1)
