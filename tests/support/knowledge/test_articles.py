"""Articles come in by file, repeatably, all rows or none."""

import json
from datetime import UTC, datetime
from io import BytesIO, StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from support.knowledge import articles
from support.knowledge.models import Article, ArticleQuestion

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
TWICE = {"id": "billed-twice", "title": "You were billed twice", "body": "One of the invoices is wrong."}
SEATS = {"id": "add-seats", "title": "Add seats", "body": "Open the contract."}


def load(tmp_path, *rows: object, **options: object) -> str:
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    out = StringIO()
    call_command("load_articles", str(file), stdout=out, **options)
    return out.getvalue()


def answered(monkeypatch: pytest.MonkeyPatch, *questions: dict[str, object], **options: object) -> list[dict[str, object]]:
    lines = "\n".join(json.dumps(question) for question in questions).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(lines)))
    out = StringIO()
    call_command("answer", stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_loading_the_same_rows_again_changes_nothing():
    first = articles.load([TWICE, SEATS], at=NOON)

    again = articles.load([TWICE, SEATS], at=LATER)

    assert (first.created, again.created, again.updated, again.unchanged) == (2, 0, 0, 2)
    assert Article.objects.get(ref="add-seats").updated_at == NOON


def test_only_the_row_that_changed_is_written():
    articles.load([TWICE, SEATS], at=NOON)

    again = articles.load([TWICE, SEATS | {"title": "More seats"}], at=LATER)

    assert (again.updated, again.unchanged) == (1, 1)
    assert Article.objects.get(ref="add-seats").title == "More seats"
    assert Article.objects.get(ref="billed-twice").updated_at == NOON


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"title": "T", "body": "B"}, "row 2: id is missing"),
        ({"id": "a", "title": " ", "body": "B"}, "row 2: title is missing"),
        ({"id": "a", "title": "T", "body": 7}, "row 2: body is not text"),
        ({"id": "a", "title": "T", "body": "B\x00"}, "row 2: body is not text"),
        ({"id": "a", "title": "T" * 201, "body": "B"}, "row 2: title is longer than 200 characters"),
        ({"id": "a", "title": "T", "body": "B", "action": "dance"}, "row 2: there is no action dance"),
        ({"id": "a", "title": "T", "body": "B", "published": "yes"}, "row 2: published is not true or false"),
        ({"id": "a", "title": "T", "body": "B", "questions": ["  "]}, "row 2: questions is not a list of texts"),
        (TWICE, "row 2: its id came before"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(row: dict[str, object], fault: str):
    with pytest.raises(articles.BadArticles) as refusal:
        articles.load([TWICE, row], at=NOON)

    assert refusal.value.faults == [fault]
    assert not Article.objects.exists()


def test_the_articles_accord_brings_along_load_as_they_are():
    loaded = articles.load(articles.starters(), at=NOON)

    assert loaded.created >= 40
    assert Article.objects.filter(language="de").count() >= 10
    assert Article.objects.get(ref="billed-twice").action == Article.Action.CHECK_INVOICES


def test_the_command_loads_a_file_and_counts(tmp_path):
    printed = load(tmp_path, TWICE, "", SEATS)

    assert printed.startswith("2 created, 0 updated, 0 unchanged, ")
    again = {"created": 0, "updated": 0, "unchanged": 1, "questions": 0}
    assert json.loads(load(tmp_path, TWICE, json=True)) == again


def test_the_command_attaches_questions_from_a_file(tmp_path):
    asked = tmp_path / "asked.jsonl"
    asked.write_text(
        '{"query": "two invoices for march", "gold": ["billed-twice"]}\n{"text": "who won the game"}\n', encoding="utf-8"
    )

    printed = load(tmp_path, TWICE, questions=str(asked), without_phrase_book=True)

    assert printed == "1 created, 0 updated, 0 unchanged, 2 questions attached\n"
    assert ArticleQuestion.objects.get(text="two invoices for march").article.ref == "billed-twice"
    assert ArticleQuestion.objects.get(text="who won the game").article is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "two invoices", "article": "nowhere"}', "there is no article nowhere; nothing was loaded"),
        ('{"text": " "}', "row 1: text is missing"),
        ('{"text": "two invoices", "gold": [7]}', "row 1: the article is not text"),
    ],
)
def test_the_command_loads_no_article_when_a_question_is_wrong(tmp_path, line: str, reason: str):
    asked = tmp_path / "asked.jsonl"
    asked.write_text(line, encoding="utf-8")

    with pytest.raises(CommandError, match=reason):
        load(tmp_path, TWICE, questions=str(asked))

    assert not Article.objects.exists()
    assert not ArticleQuestion.objects.exists()


@pytest.mark.parametrize(("line", "reason"), [("{", "line 2 is not JSON in UTF-8."), ("[1]", "line 2 is not a JSON object.")])
def test_the_command_names_the_line_that_is_not_an_article(tmp_path, line: str, reason: str):
    with pytest.raises(CommandError, match=reason):
        load(tmp_path, TWICE, line)

    assert not Article.objects.exists()


def test_the_command_answers_each_question_with_ids_best_first(monkeypatch: pytest.MonkeyPatch):
    articles.load([TWICE, SEATS], at=NOON)

    lines = answered(monkeypatch, {"id": 1, "text": "I was billed twice!"}, {"id": "b", "text": "qwertz"})

    assert lines == [{"id": 1, "articles": ["billed-twice"]}, {"id": "b", "articles": []}]


def test_the_command_refuses_a_question_without_words_and_answers_none(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(CommandError, match="question 1: write"):
        answered(monkeypatch, {"id": 1, "question": "I was billed twice!"})
