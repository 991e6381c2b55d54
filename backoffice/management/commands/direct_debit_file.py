"""Write pain.008 files from jobs: `manage.py direct_debit_file JOBS.json`. See docs/how-to/collect-direct-debits.md."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.decisions import Refusal
from billing.payments.sepa import jobs, pain


class Command(BaseCommand):
    help = "Writes the direct debit file (pain.008) of each job of a JSON file; nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the jobs as JSON")
        parser.add_argument("--out", metavar="FOLDER", help="write ID.xml into this folder instead of printing the files")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            given = jobs.read(json.loads(Path(path).read_text(encoding="utf-8")))
            written = [(job, pain.write(job, at=timezone.now())) for job in given]
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror}.") from problem
        except (json.JSONDecodeError, UnicodeDecodeError) as fault:
            raise CommandError(f"{path}: this is no JSON.") from fault
        except Refusal as refusal:
            raise CommandError(f"{path}: {refusal.reason}") from refusal
        for job, content in written:
            self._give_out(job, content, options["out"])

    def _give_out(self, job: pain.Job, content: str, folder: str | None) -> None:
        if folder is None:
            self.stdout.write(content)
            return
        path = Path(folder) / f"{job.ref.replace('/', '-')}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        total = sum(debit.amount_minor for debit in job.debits)
        self.stdout.write(json.dumps({"id": job.ref, "file": str(path), "debits": len(job.debits), "total_minor": total}))
