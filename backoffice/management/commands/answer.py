"""Answer questions with the search the portal uses: `manage.py answer [--top 3] < QUERIES.jsonl`."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.management.json_lines import opened, rows_of
from support.knowledge import search


class Command(BaseCommand):
    help = (
        'Reads questions {"id","text"} as JSON lines and prints {"id","articles"} a line: the ids of the articles that'
        " answer it, best first; none when no article does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the file of JSON lines (standard input)")
        parser.add_argument("--language", default="", metavar="CODE", help="also look among the articles of this language (de)")
        parser.add_argument("--top", type=int, default=3, metavar="N", help="how many articles at most (3)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["top"] <= search.MOST_ANSWERS:
            raise CommandError(f"--top: write a number from 1 to {search.MOST_ANSWERS}.", returncode=2)
        with opened(options["file"]) as lines:
            questions = rows_of(lines, options["file"])
        for number, question in enumerate(questions, start=1):
            if "id" not in question or not isinstance(question.get("text"), str):
                raise CommandError(f'question {number}: write {{"id": …, "text": "…"}}.')
        for question in questions:
            found = search.answer(question["text"], language=options["language"], limit=options["top"])
            line = {"id": question["id"], "articles": [answer.article.ref for answer in found]}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        print(f"{len(questions)} questions answered", file=sys.stderr)
