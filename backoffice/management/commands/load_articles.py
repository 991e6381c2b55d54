"""Bring help articles in from a file of JSON lines: `manage.py load_articles FILE.jsonl`. Repeatable by id; all rows or none."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice.management.json_lines import opened, rows_of
from support.knowledge import articles


class Command(BaseCommand):
    help = (
        'Loads knowledge articles, one {"id","title","body"} a line (with "category", "language", "action" and "published"'
        " if wanted), and prints how many it created, updated and left as they were."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file of JSON lines; - for standard input")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with opened(options["file"]) as lines:
            rows = rows_of(lines, options["file"])
        try:
            loaded = articles.load(rows, at=timezone.now())
        except articles.BadArticles as refusal:
            print("\n".join(f"{options['file']}: {fault}" for fault in refusal.faults[1:]), file=sys.stderr)
            raise CommandError(f"{options['file']}: {refusal.faults[0]}; nothing was loaded") from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))
        else:
            self.stdout.write(f"{loaded.created} created, {loaded.updated} updated, {loaded.unchanged} unchanged")
