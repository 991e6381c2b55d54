"""How often is the right article among the first three? Asks the portal's search the questions of a file; nothing is kept.

    ./run manage shell -c "from benchmarks import answers; answers.measure('articles.jsonl', 'queries.jsonl')"

Articles are JSON lines as `load_articles` takes them, questions `{"query", "gold": [ids], "also_ok": [ids]}`; one with an empty
`gold` is out of scope and should get no answer. The articles that stand in the database are hidden while it measures.
"""

import json
import time
from pathlib import Path
from statistics import quantiles

from django.db import transaction
from django.utils import timezone

from support.knowledge import articles, search
from support.knowledge.models import Article


def measure(articles_file: str, questions_file: str, *, every: int = 1) -> dict[str, float]:
    """Print and return recall among the first three, the share answered out of scope, and milliseconds at the 95th percentile.

    `every` takes each n-th question only, for a quick look.
    """
    questions = _rows(questions_file)[::every]
    with transaction.atomic():
        Article.objects.update(published=False)
        articles.load(_rows(articles_file), at=timezone.now())
        found, seconds = zip(*(_asked(question["query"]) for question in questions), strict=True)
        transaction.set_rollback(True)
    inside = [(ids, question) for ids, question in zip(found, questions, strict=True) if question["gold"]]
    outside = [ids for ids, question in zip(found, questions, strict=True) if not question["gold"]]
    right = sum(bool(set(ids) & {*question["gold"], *question["also_ok"]}) for ids, question in inside)
    result = {
        "questions": len(inside),
        "recall_at_3": round(right / len(inside), 4),
        "out_of_scope_answered": round(sum(map(bool, outside)) / max(len(outside), 1), 4),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000, 1),
    }
    print(json.dumps(result))
    return result


def _rows(file: str) -> list[dict]:
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]


def _asked(text: str) -> tuple[list[str], float]:
    started = time.perf_counter()
    ids = [answer.article.ref for answer in search.answer(text)]
    return ids, time.perf_counter() - started
