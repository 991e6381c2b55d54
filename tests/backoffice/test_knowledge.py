"""Editors see what customers did not find, decide what attaches, and publish what others wrote."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.timeline.models import Activity
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion
from support.tickets import conversation
from tests.factories import knowledge, people, support
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
NEW = {"title": "Share a cost centre", "category": "Invoices", "body": "Open the place."}


@pytest.fixture
def agent() -> Client:
    return browser_of(people.agent())


@pytest.fixture
def supervisor() -> Client:
    return browser_of(people.supervisor())


def at(page: str, *args: object) -> str:
    return reverse(f"backoffice:{page}", args=args)


def test_desk_shows_what_was_not_found_proposed_and_written(agent):
    article = knowledge.article("Pay by card")
    knowledge.asked("where is the sauna")
    knowledge.asked("with plastic money", of=article)
    knowledge.version(title="Use the sauna")

    assert "where is the sauna" in words(agent.get(at("knowledge")))
    assert "with plastic money" in words(agent.get(at("knowledge") + "?show=proposed"))
    assert "Use the sauna" in words(agent.get(at("knowledge") + "?show=versions"))
    assert "Pay by card" in words(agent.get(at("knowledge") + "?show=articles"))
    assert "Every question found an answer" not in words(agent.get(at("knowledge") + "?show=made-up"))


def test_question_not_found_is_attached_to_the_article_chosen(agent):
    article, question = knowledge.article("Pay by card"), knowledge.asked("with plastic money")

    answer = agent.post(at("question_decisions", question.pk), {"decision": "attach", "article": article.ref})

    assert answer.status_code == 302
    question.refresh_from_db()
    assert (question.article, question.state) == (article, "attached")


def test_question_the_article_holds_already_stands_once(agent):
    article = knowledge.article("Pay by card")
    held, question = knowledge.asked("with plastic money", of=article), knowledge.asked("With plastic money")

    agent.post(at("question_decisions", question.pk), {"decision": "attach", "article": article.ref})

    kept = ArticleQuestion.objects.get()
    assert (kept.pk, kept.state) == (held.pk, "attached")


def test_question_that_is_none_of_ours_gets_no_answer_from_then_on(agent):
    question = knowledge.asked("who won the game")

    agent.post(at("question_decisions", question.pk), {"decision": "nobodys"})

    question.refresh_from_db()
    assert (question.article, question.state) == (None, "attached")


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({"decision": "attach"}, "Choose the article that answers it."),
        ({"decision": "attach", "article": "nowhere"}, "Choose the article that answers it."),
        ({"decision": "dance"}, "not one of the available choices"),
    ],
)
def test_decision_that_is_none_changes_nothing_and_says_why(agent, chosen: dict[str, str], reason: str):
    question = knowledge.asked("who won the game")

    answer = agent.post(at("question_decisions", question.pk), chosen)

    assert answer.status_code == 422
    assert reason in words(answer)
    assert ArticleQuestion.objects.get().state == "proposed"


def test_what_helped_somebody_cannot_be_nobodys(agent):
    question = knowledge.asked("with plastic money", of=knowledge.article())

    assert agent.post(at("question_decisions", question.pk), {"decision": "nobodys"}).status_code == 422
    assert agent.post(at("question_decisions", question.pk), {"decision": "refuse"}).status_code == 302
    assert ArticleQuestion.objects.get().state == "refused"


def test_agent_writes_and_supervisor_publishes(agent, supervisor):
    assert "Nobody reads this yet" in words(agent.post(at("knowledge"), NEW, follow=True))
    version = ArticleVersion.objects.get()
    assert "A supervisor or manager decides what customers read." in words(agent.get(at("version", version.pk)))

    answer = supervisor.post(at("version_decisions", version.pk), {"decision": "publish"})

    assert answer.url == at("article", "share-a-cost-centre")
    assert Article.objects.get().published


def test_version_of_a_published_article_shows_what_changes(agent):
    article = knowledge.article("Pay by card", body="Old words.")

    agent.post(at("article_versions", article.ref), {"title": "Pay by card", "body": "New words."})

    shown = words(agent.get(at("version", ArticleVersion.objects.get().pk)))
    assert "Old words." in shown
    assert "New words." in shown
    assert agent.post(at("article_versions", article.ref), {"title": "", "body": "x"}).status_code == 422
    assert "says this already" in words(
        agent.post(at("article_versions", article.ref), {"title": "Pay by card", "body": "Old words."})
    )


def test_new_article_without_words_is_refused_where_it_was_typed(agent):
    answer = agent.post(at("knowledge"), NEW | {"body": ""})

    assert answer.status_code == 422
    assert 'value="Share a cost centre"' in answer.content.decode()
    assert not Article.objects.exists()


def test_solved_ticket_becomes_a_draft(agent):
    ticket = support.ticket(subject="Two cost centres")
    conversation.resolve(actor=people.agent(), ticket=ticket, text="Write it there.", outcome="answered", at=support.NOON)
    assert "Make an article of it" in words(agent.get(at("ticket", ticket.ref)))

    answer = agent.post(at("ticket_articles", ticket.ref))

    assert answer.url == at("article", "two-cost-centres")


def test_words_a_manager_changes_in_the_administration_wait_for_a_second_person():
    (writer, second), article = (browser_of(people.manager()) for _ in range(2)), knowledge.article("Pay by card")
    change, versions = (
        reverse("admin:support_article_change", args=[article.pk]),
        reverse("admin:support_articleversion_changelist"),
    )
    typed = {"title": "Pay with a card", "category": "", "body": article.body, "language": "en", "action": "", "published": "on"}

    told = words(writer.post(change, typed, follow=True))

    version = article.versions.get()
    assert "Version 1 waits for a second person" in told
    assert Article.objects.get(pk=article.pk).title == "Pay by card"
    for browser, title in ((writer, "Pay by card"), (second, "Pay with a card")):
        browser.post(versions, {"action": "publish", "_selected_action": [version.pk]})
        assert Article.objects.get(pk=article.pk).title == title


def test_article_is_taken_away_at_once_and_read_again_once_a_version_is_published():
    manager, article = browser_of(people.manager()), knowledge.article("Pay by card")
    change = reverse("admin:support_article_change", args=[article.pk])
    typed = {"title": article.title, "category": "", "body": article.body, "language": "en", "action": ""}

    manager.post(change, typed)
    again = manager.post(change, typed | {"published": "on"})

    assert not Article.objects.get(pk=article.pk).published
    assert "Customers read an article once somebody else published a version of it." in words(again)
    assert Activity.objects.get(kind="support.article_arranged").facts["before"] == {"published": True}


def test_manager_keeps_an_article_for_some_and_no_tier_that_is_none():
    manager, article = browser_of(people.manager()), knowledge.article("Pay by card")
    change = reverse("admin:support_article_change", args=[article.pk])
    typed = {"title": article.title, "category": "", "body": article.body, "language": "en", "action": "", "published": "on"}

    answer = manager.post(change, typed | {"place": "", "tiers": "gold", "roles": "payer,administrator"})
    refused = manager.post(change, typed | {"place": "", "tiers": "platinum", "roles": ""})

    assert answer.status_code == 302
    article.refresh_from_db()
    assert (article.tiers, article.roles) == (["gold"], ["payer", "administrator"])
    assert "There is no tier or role platinum." in words(refused)
