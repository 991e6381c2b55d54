"""Is the right article among the first three, is a question out of scope left alone, and how long does an answer take?

    ./run manage bench answers [--size 10000]                                         (articles in the world for the times)
    ./run manage shell -c "from benchmarks import answers; answers.curve('tune')"     (what another threshold would give)

The questions are those of ../shared/data/faq_train, split once by the hash of their text: `learn` is attached to the articles,
`tune` is for choosing numbers, `test` is asked only to report. The phrase book is not used: it holds them all. Everything
happens in a transaction that is rolled back.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.figures import Figure, percentile, timed
from support.knowledge import articles, nearness, questions, ranking, search
from support.knowledge.models import Article, ArticleQuestion
from support.knowledge.questions import Phrase

DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "faq_train"
PARTS: Final = {**dict.fromkeys(range(6), "learn"), 6: "tune", 7: "tune", 8: "test", 9: "test"}
FIRST: Final = 3
TIMED: Final = 400


@dataclass(frozen=True)
class Question:
    """What was asked, and the articles that answer it (none: out of scope); the first of them is the one attached."""

    text: str
    right: tuple[str, ...]

    @property
    def part(self) -> str:
        """To which part of the split it belongs, whatever its case and spaces."""
        digest = hashlib.sha256(" ".join(self.text.lower().split()).encode()).hexdigest()
        return PARTS[int(digest, 16) % len(PARTS)]


def measure(size: int | None) -> list[Figure]:
    """Attach the part to learn from, ask the part kept for the test, and time answers among `size` articles (10,000)."""
    asked = [question for question in known_questions() if question.part == "test"]
    _swept()
    with learned("learn", "tune"):
        recall, answered = judged(asked)
        _fill_up(size or 10_000)
        times = [timed(lambda text=question.text: search.answer(text)) * 1000 for question in asked[:TIMED]]
        bare = [timed(lambda text=question.text: _bare(text)) * 1000 for question in asked[:TIMED]]
    return [
        Figure("right article among the first three, held out", recall * 100, "%"),
        Figure("out of scope and answered, held out", answered * 100, "%"),
        Figure("bare ranked full-text query, 95th percentile", percentile(bare, 95), "ms"),
        Figure("answer, median", percentile(times, 50), "ms", percentile(bare, 50)),
        Figure("answer, 95th percentile", percentile(times, 95), "ms", percentile(bare, 95)),
    ]


def curve(part: str = "tune", *, learn: Iterable[str] = ("learn",)) -> None:
    """Print for a row of thresholds how many questions of a part are answered right, and how many out of scope are answered."""
    asked = [question for question in known_questions() if question.part == part]
    with learned(*learn):
        kept = ranking.ENOUGH
        for enough in [-1.0, *(step / 100 for step in range(10, 45, 5))]:
            ranking.ENOUGH = enough  # type: ignore[misc]
            recall, answered = judged(asked)
            print(f"{enough:5.2f}  right {recall:.4f}  out of scope answered {answered:.4f}")
        ranking.ENOUGH = kept  # type: ignore[misc]


def known_questions() -> list[Question]:
    """Return all questions with the articles that answer them."""
    rows = [json.loads(line) for line in _file("queries.jsonl").splitlines()]
    return [Question(row["query"], (*row["gold"], *row["also_ok"])) for row in rows]


@contextmanager
def learned(*parts: str) -> Iterator[None]:
    """Have only the articles of the data set, with the questions of these parts attached, until the block ends."""
    at = timezone.now()
    with transaction.atomic():
        Article.objects.update(published=False)
        ArticleQuestion.objects.update(state=ArticleQuestion.State.REFUSED)
        articles.load(map(json.loads, _file("articles.jsonl").splitlines()), at=at, with_phrase_book=False)
        phrases = [Phrase(question.text, (*question.right, "")[0]) for question in known_questions() if question.part in parts]
        questions.attach(phrases, source=ArticleQuestion.Source.EDITOR, at=at)
        ArticleQuestion.objects.filter(text__in=[phrase.text for phrase in phrases]).update(state=ArticleQuestion.State.ATTACHED)
        yield
        transaction.set_rollback(True)
    nearness.remembered()


def judged(asked: Iterable[Question]) -> tuple[float, float]:
    """Return the share of questions in scope that are answered right, and of those out of scope that are answered at all."""
    found = [(question, [answer.article.ref for answer in search.answer(question.text, limit=FIRST)]) for question in asked]
    inside = [bool(set(refs) & set(question.right)) for question, refs in found if question.right]
    outside = [bool(refs) for question, refs in found if not question.right]
    return sum(inside) / len(inside), sum(outside) / max(len(outside), 1)


def _swept() -> None:
    """Take away what earlier measurements rolled back, as the database does by itself sooner or later."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE support_article, support_articlequestion")


def _fill_up(size: int) -> None:
    """Add articles on other matters, made of the sentences of those there are, until there are `size`."""
    bodies = list(Article.objects.filter(published=True).order_by("pk").values_list("body", flat=True))
    sentences = [sentence for body in bodies for sentence in body.split(". ")]
    articles.load(
        (_made_up(number, sentences) for number in range(size - len(bodies))), at=timezone.now(), with_phrase_book=False
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE support_article")


def _made_up(number: int, sentences: list[str]) -> dict[str, str]:
    """An article of five sentences, another five for each number."""
    said = [sentences[(number * 7 + part * 131) % len(sentences)] for part in range(5)]
    return {"id": f"bench-{number}", "title": f"{said[0][:120]} {number}", "body": ". ".join(said)}


def _bare(text: str) -> None:
    """Ask for the same three articles by nothing but PostgreSQL's own ranking of the words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ts_rank(words, query) FROM support_article,"
            " to_tsquery('english', array_to_string(tsvector_to_array(to_tsvector('english', %s)), ' | ')) AS query"
            " WHERE words @@ query ORDER BY 2 DESC LIMIT 3",
            [text],
        )
        cursor.fetchall()


def _file(name: str) -> str:
    file = DATA / name
    if not file.exists():
        sys.exit(f"{file} is not there; this benchmark needs the shared data beside the checkout.")
    return file.read_text(encoding="utf-8")
