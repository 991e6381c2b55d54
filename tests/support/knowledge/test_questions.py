"""Past questions are attached to articles by files and editors, and proposed by those whom the article helped."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from support.knowledge import articles, phrasebook, questions
from support.knowledge.models import Article, ArticleQuestion
from support.knowledge.questions import BadQuestions, NotProposed, Phrase
from tests.factories import people
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
REFUND = {"id": "refund-track", "title": "Follow a refund", "body": "Open Payments."}


@pytest.fixture
def article():
    articles.load([REFUND], at=NOON, with_phrase_book=False)
    return Article.objects.get()


def test_a_question_stands_once_at_an_article_whatever_its_case(article):
    first = questions.attach([Phrase("Where is it?", article.ref)], source="editor", at=NOON)
    again = questions.attach([Phrase(" WHERE  is it? ", article.ref)], source="editor", at=LATER)

    assert (first, again) == (1, 0)
    assert ArticleQuestion.objects.get().text == "Where is it?"


def test_the_database_keeps_a_question_without_answer_once_and_none_without_words(article):
    ArticleQuestion.objects.create(text="who won", source="editor", asked_at=NOON)

    for text in ("Who won", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArticleQuestion.objects.create(text=text, source="editor", asked_at=NOON)


def test_questions_of_an_unknown_article_attach_nothing(article):
    with pytest.raises(BadQuestions) as refusal:
        questions.attach([Phrase("a", article.ref), Phrase("b", "nowhere")], source="editor", at=NOON)

    assert refusal.value.faults == ["there is no article nowhere"]
    assert not ArticleQuestion.objects.exists()


def test_a_row_brings_its_own_questions(article):
    again = articles.load([REFUND | {"questions": ["Where is it?", "Is it there?"]}], at=LATER, with_phrase_book=False)

    assert (again.unchanged, again.questions) == (1, 2)
    assert set(article.questions.values_list("text", flat=True)) == {"Where is it?", "Is it there?"}


@pytest.mark.parametrize("facts", [{"id": "refund-track"}, {"id": "ours", "title": phrasebook._titles()["refund-track"]}])
def test_an_article_takes_what_the_phrase_book_holds_for_its_ref_or_its_title(facts: dict[str, str]):
    articles.load([REFUND | facts], at=NOON)

    kept = ArticleQuestion.objects.filter(article__ref=facts["id"])
    assert kept.count() > 20
    assert set(kept.values_list("source", "state")) == {("phrase_book", "attached")}
    assert ArticleQuestion.objects.filter(article=None).count() > 100


def test_an_article_on_another_matter_takes_nothing_from_the_phrase_book():
    articles.load([REFUND | {"id": "cafeteria", "title": "What the cafeteria cooks"}], at=NOON)

    assert not ArticleQuestion.objects.exclude(article=None).exists()


def test_every_question_of_the_phrase_book_names_an_article_with_a_title_and_has_words():
    rows = phrasebook._book()

    assert {ref for _, ref in rows} - set(phrasebook._titles()) == {""}
    assert all(text == questions.tidy(text) for text, _ in rows)


def test_what_an_editor_refused_does_not_come_back_from_a_file(article):
    proposed = questions.propose(article=article, text="Where is it?", source="solved", at=NOON)
    questions.decide(actor=people.agent(), question=proposed, attached=False, at=NOON)

    questions.attach([Phrase("Where is it?", article.ref)], source="editor", at=LATER)

    assert article.questions.get().state == "refused"


def test_a_question_that_was_solved_again_is_counted_and_waits_for_an_editor(article):
    for text in ("Where is it?", "where is it?\x00", ""):
        questions.propose(article=article, text=text, source="solved", at=NOON)

    asked = article.questions.get()
    assert (asked.times, asked.state, asked.source) == (2, "proposed", "solved")


def test_an_editor_attaches_a_proposed_question_once(article):
    proposed = questions.propose(article=article, text="Where is it?", source="solved", at=NOON)
    agent = people.agent()

    for at in (NOON, LATER):
        questions.decide(actor=agent, question=proposed, attached=True, at=at)

    asked = article.questions.get()
    assert (asked.state, asked.decided_by, asked.decided_at) == ("attached", agent, NOON)
    with pytest.raises(NotProposed):
        questions.decide(actor=agent, question=proposed, attached=False, at=LATER)


def test_customers_do_not_decide_what_others_are_answered(article):
    proposed = questions.propose(article=article, text="Where is it?", source="solved", at=NOON)

    with pytest.raises(Refusal):
        questions.decide(actor=people.member(helios().berlin), question=proposed, attached=True, at=NOON)

    assert article.questions.get().state == "proposed"
