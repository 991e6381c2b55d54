"""Bring help articles in from a file of JSON lines: `manage.py load_articles FILE.jsonl`. Repeatable by id; all rows or none.

`--questions FILE.jsonl` attaches what people asked to the article that answered it; see support/knowledge/questions.py.
"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict, replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backoffice.management.json_lines import opened, rows_of
from support.knowledge import articles, questions
from support.knowledge.models import ArticleQuestion


class Command(BaseCommand):
    help = (
        'Loads knowledge articles, one {"id","title","body"} a line (with "category", "language", "action", "published" and'
        ' "questions" if wanted), and prints how many it created, updated and left as they were. Articles on the usual matters'
        " take the questions the phrase book holds for them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file of JSON lines; - for standard input")
        parser.add_argument(
            "--questions",
            metavar="FILE",
            help='questions people asked, {"text","article"} or {"query","gold":[ids]} a line; without an article: nobody\'s',
        )
        parser.add_argument("--without-phrase-book", action="store_true", help="attach no question that Accord brings along")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = _rows(options["file"])
        asked = _rows(options["questions"]) if options["questions"] else []
        try:
            loaded = _load(rows, asked, with_phrase_book=not options["without_phrase_book"])
        except articles.BadArticles as refusal:
            raise _told(options["file"], refusal.faults) from refusal
        except questions.BadQuestions as refusal:
            raise _told(options["questions"], refusal.faults) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))
            return
        counts = f"{loaded.created} created, {loaded.updated} updated, {loaded.unchanged} unchanged"
        self.stdout.write(f"{counts}, {loaded.questions} questions attached")


def _rows(file: str) -> list[dict[str, Any]]:
    with opened(file) as lines:
        return rows_of(lines, file)


def _load(rows: list[dict[str, Any]], asked: list[dict[str, Any]], *, with_phrase_book: bool) -> articles.Loaded:
    """Load articles and questions, both or neither."""
    at = timezone.now()
    with transaction.atomic():
        loaded = articles.load(rows, at=at, with_phrase_book=with_phrase_book)
        attached = questions.attach(questions.phrases_of(asked), source=ArticleQuestion.Source.EDITOR, at=at)
        return replace(loaded, questions=loaded.questions + attached)


def _told(file: str, faults: list[str]) -> CommandError:
    print("\n".join(f"{file}: {fault}" for fault in faults[1:]), file=sys.stderr)
    return CommandError(f"{file}: {faults[0]}; nothing was loaded")
