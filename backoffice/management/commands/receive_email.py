"""Take one mail in: `manage.py receive_email [--to ADDRESS] < FILE.eml`."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from support.channels.mail import taking


class Command(BaseCommand):
    help = (
        "Reads one raw mail from standard input, finds or opens its ticket or says why it is not taken, and prints one JSON"
        ' object: {"outcome", "reason", "ticket", "from", "subject", "text", "new_text", "attachments", "failed_addresses"}.'
        " The same mail again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the file with the mail (standard input)")
        parser.add_argument("--to", default="", metavar="ADDRESS", help="the address it was delivered to")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "-":
            raw = sys.stdin.buffer.read()
        else:
            with open(options["file"], "rb") as file:
                raw = file.read()
        taken = taking.take(raw, at=timezone.now(), to=options["to"])
        told = {
            "outcome": taken.mail.outcome,
            "reason": taken.mail.reason,
            "repeated": taken.is_repeat,
            "ticket": taken.mail.ticket.ref if taken.mail.ticket else None,
            "from": taken.letter.sender,
            "subject": taken.letter.subject,
            "text": taken.letter.text,
            "new_text": taken.new_text,
            "attachments": [attachment.name for attachment in taken.letter.attachments],
            "failed_addresses": taken.mail.failed_addresses,
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False))
