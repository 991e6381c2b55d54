"""Write an issued document as an e-invoice: `manage.py issue_einvoice INVOICE --format facturx|ubl|cii --out FILE`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.decisions import Refusal
from billing.invoices.einvoice import writing
from billing.invoices.models import Document


class Command(BaseCommand):
    help = "Writes an issued invoice or credit note, named by its number, as EN 16931: a PDF with XML inside, or the XML alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("invoice", help="the document's number, such as INV-000001")
        parser.add_argument("--format", choices=writing.FORMATS, default=writing.FACTURX)
        parser.add_argument("--out", required=True, metavar="FILE", help="where to write it")

    def handle(self, *args: Any, **options: Any) -> None:
        document = Document.objects.select_related("customer", "receiver", "legal_entity").filter(ref=options["invoice"]).first()
        if document is None:
            raise CommandError(f"There is no document {options['invoice']}.")
        try:
            content = writing.file_of(document, options["format"])
            Path(options["out"]).write_bytes(content)
        except Refusal as refusal:
            raise CommandError(refusal.reason) from refusal
        except OSError as fault:
            raise CommandError(f"{options['out']} cannot be written: {fault.strerror}.") from fault
        print(f"{document.ref} written to {options['out']}", file=sys.stderr)
