"""Search answers in people's own words, in their language, and leaves alone what is none of our business."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from support.knowledge import articles, meaning, nearness, search
from support.knowledge.models import Article, ArticleQuestion
from tests.factories import people
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
TWICE = {"id": "billed-twice", "title": "You were billed twice", "body": "We credit the invoice that is one too many."}
SEATS = {"id": "add-seats", "title": "Add seats to a plan", "body": "Open the contract and choose how many colleagues use it."}
ZUGFERD = {"id": "data", "title": "The invoice as data", "body": "Accounting programs read ZUGFeRD by themselves."}


@pytest.fixture(autouse=True)
def loaded():
    articles.load([TWICE, SEATS, ZUGFERD], at=NOON)


def refs(text: str, **options: object) -> list[str]:
    return [answer.article.ref for answer in search.answer(text, **options)]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("billed twice", "billed-twice"),
        ("was I billed two times for march??", "billed-twice"),
        ("why was i billd twice", "billed-twice"),
        ("how can I add three more colleagues", "add-seats"),
        ("zugferd", "data"),
    ],
)
def test_a_question_in_other_words_finds_its_article_first(asked: str, first: str):
    assert refs(asked)[0] == first


@pytest.mark.parametrize(
    "asked", ["what is the capital of france", "do penguins have knees", "qwertz", "", "   ", "!?", "\x00", "' OR 1=1 --", "🦓"]
)
def test_a_question_that_is_none_of_ours_gets_no_answer(asked: str):
    assert refs(asked) == []


@pytest.mark.parametrize(
    "asked",
    [
        "billed twice \x00 | & ! ( ) <-> :* '\\' \\",
        "billed twice " * 80_000,
        "billed twice \ud800",
        "were you billed twice %s %(words)s {0}",
    ],
)
def test_hostile_text_is_a_question_like_any_other(asked: str):
    assert refs(asked)[0] == "billed-twice"


def test_an_attached_question_counts_from_the_next_search_on():
    asked = "why is the thing on my statement there once more"
    assert refs(asked) != ["add-seats"]

    ArticleQuestion.objects.create(article=Article.objects.get(ref="add-seats"), text=asked, source="editor", asked_at=NOON)

    assert refs(asked)[0] == "add-seats"
    ArticleQuestion.objects.update(state="refused")
    assert refs(asked) != ["add-seats"]


def test_a_proposed_question_changes_nothing_yet():
    seats = Article.objects.get(ref="add-seats")
    ArticleQuestion.objects.create(article=seats, text="hulla hulla", source="solved", state="proposed", asked_at=NOON)

    assert refs("hulla hulla") == []


def test_a_changed_and_a_withdrawn_article_are_noticed_by_the_next_search():
    assert refs("where do I see what the cafeteria cooks") == []

    articles.load([SEATS | {"title": "What the cafeteria cooks today"}], at=LATER)
    assert refs("where do I see what the cafeteria cooks") == ["add-seats"]

    articles.load([SEATS | {"published": False}], at=LATER)
    assert refs("where do I see what the cafeteria cooks") == []


def test_german_articles_answer_those_who_read_german_and_nobody_else():
    articles.load(
        [{"id": "de", "title": "Eine Zahlung erstatten lassen", "body": "Gutschriften kommen auf Ihr Konto.", "language": "de"}],
        at=NOON,
    )
    reader = people.member(helios().berlin)
    reader.language = "de"

    assert refs("Erstattung meiner Zahlung", viewer=reader) == ["de"]
    assert refs("Rückerstattung einer Überweisung", language="de") == ["de"]
    assert refs("Erstattung meiner Zahlung") == []


def test_who_asks_in_another_language_than_their_own_is_answered_in_it_where_nothing_else_answers():
    articles.load([{"id": "de", "title": "Ein Abonnement kündigen", "body": "Im Vertrag.", "language": "de"}], at=NOON)

    assert refs("Abonnement kündigen") == []
    assert refs("Abonnement kündigen", in_any_language=True) == ["de"]
    assert refs("billed twice", in_any_language=True)[0] == "billed-twice"
    assert refs("do penguins have knees", in_any_language=True) == []


def test_articles_in_a_language_without_a_dictionary_are_found_by_their_words():
    articles.load([{"id": "cs", "title": "Dvojitá faktura", "body": "Vrátíme peníze.", "language": "cs"}], at=NOON)

    assert refs("dvojitá faktura", language="cs")[0] == "cs"


def test_words_alone_decide_where_meanings_cannot_be_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(meaning, "known", lambda: False)

    assert refs("billed twice")[0] == "billed-twice"
    assert refs("penguins") == []


def test_no_more_answers_are_given_than_asked_for():
    assert len(refs("invoice billed twice zugferd seats", limit=1)) == 1
    assert refs("billed twice", limit=0) == []


def test_the_passage_shows_the_words_that_were_asked():
    (first, *_) = search.answer("billed twice, which invoice is one too many")

    assert "invoice" in first.headline
    assert ("invoice", True) in first.headline_parts
    assert search.HIT not in first.headline


def test_answers_take_the_same_few_statements_however_long_the_question(django_assert_max_num_queries):
    search.answer("billed twice")

    with django_assert_max_num_queries(5):
        search.answer("billed twice " * 60)


def test_what_was_never_committed_is_forgotten():
    with transaction.atomic():
        articles.load([{"id": "gone", "title": "What the cafeteria cooks", "body": "Soup."}], at=NOON)
        assert refs("cafeteria") == ["gone"]
        transaction.set_rollback(True)

    assert refs("cafeteria") == []


def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch):
    refs("billed twice")
    read: list[str] = []
    known = meaning.of
    monkeypatch.setattr(nearness.meaning, "of", lambda texts: read.extend(texts) or known(texts))

    Article.objects.create(ref="new", title="Soup", body="Today.", updated_at=NOON)
    Article.objects.filter(ref="data").update(title="Data", updated_at=LATER)
    nearness.remembered()

    assert sorted(read) == ["Data", "Data. Accounting programs read ZUGFeRD by themselves.", "Soup", "Soup. Today."]
