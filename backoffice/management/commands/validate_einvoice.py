"""Check an e-invoice against EN 16931: `manage.py validate_einvoice FILE [--json]`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.decisions import Refusal
from billing.invoices.einvoice import validation


class Command(BaseCommand):
    help = (
        "Checks a file (UBL, CII, or a PDF with one of them inside) against EN 16931 and prints one line a finding: its rule, how"
        " grave it is, where, and in words; then whether the file is valid. Ends with status 1 when it is not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file to check")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = validation.validate(Path(options["file"]).read_bytes())
        except OSError as fault:
            raise CommandError(f"{options['file']} cannot be read: {fault.strerror}.") from fault
        except Refusal as refusal:
            raise CommandError(refusal.reason) from refusal
        if options["json"]:
            findings = [asdict(finding) for finding in report.findings]
            told = {"valid": report.valid, "syntax": report.syntax, **report.summary, "findings": findings}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for finding in report.findings:
                self.stdout.write(f"{finding.rule} {finding.severity} {finding.where}: {finding.text}")
            self.stdout.write(f"{report.syntax}: {'valid' if report.valid else 'not valid'}")
        if not report.valid:
            sys.exit(1)
