"""Knowledge for tests: articles, questions that wait, and versions to review."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from support.knowledge import editing, questions
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion
from tests.factories import people

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_numbers = count(1)


def article(title: str = "", **facts: Any) -> Article:
    """A published article for everybody."""
    number = next(_numbers)
    words = {"title": title or f"Article {number}", "body": "Open the page and look.", "updated_at": NOON}
    return Article.objects.create(ref=f"article-{number}", **words | facts)


def asked(text: str = "", *, of: Article | None = None) -> ArticleQuestion:
    """A question that waits for an editor; without an article, one that found none."""
    source = ArticleQuestion.Source.SOLVED if of else ArticleQuestion.Source.NOT_FOUND
    question = questions.propose(article=of, text=text or f"Question {next(_numbers)}", source=source, at=NOON)
    assert question is not None
    return question


def version(**facts: Any) -> ArticleVersion:
    """The first version of a new article, which an agent wrote."""
    words = {"title": f"Version {next(_numbers)}", "body": "Open the page and look."}
    return editing.begin(actor=facts.pop("by", None) or people.agent(), at=NOON, **words | facts)
