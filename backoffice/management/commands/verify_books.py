"""Prove the books: `manage.py verify_books`. Silent and 0 when everything that must never be false holds."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.invoices import proof as documents
from billing.ledger import proof as ledger
from billing.payments import proof as payments
from billing.payments.bank import proof as bank
from support.remedies import proof as remedies

PROOFS = {
    "ledger": ledger.faults,
    "documents": documents.faults,
    "payments": payments.faults,
    "bank": bank.faults,
    "remedies": remedies.faults,
}


class Command(BaseCommand):
    help = "Proves ledger, documents and payments from their rows alone. Prints faults; exit 1 if any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {name: proof() for name, proof in PROOFS.items()}
        faults = [fault for part in found.values() for fault in part]
        if options["json"]:
            proved = {name: {"ok": not part, "faults": len(part)} for name, part in found.items()}
            self.stdout.write(json.dumps({"ok": not faults, "proved": proved, "faults": faults}, ensure_ascii=False))
        else:
            for fault in faults:
                self.stdout.write(fault)
        if faults:
            sys.exit(1)
