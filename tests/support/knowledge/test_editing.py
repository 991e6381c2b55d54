"""Articles are written by one and published by another; until then customers read what they read before."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from support.knowledge import articles, editing, masking, search
from support.knowledge.editing import NothingNew, NotWaiting, WordsMissing
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion
from support.tickets import conversation, lessons
from tests.factories import people, support
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
WORDS = {"title": "Share a cost centre", "body": "Open the place and write it down."}


@pytest.fixture
def written():
    return editing.begin(actor=people.agent(), at=NOON, **WORDS)


def refs(text: str, viewer=None) -> list[str]:
    return [answer.article.ref for answer in search.answer(text, viewer=viewer)]


def test_a_new_article_is_read_once_somebody_else_published_it(written):
    assert refs("share a cost centre") == []

    editing.decide(actor=people.supervisor(), version=written, publish=True, at=LATER)

    assert refs("share a cost centre") == ["share-a-cost-centre"]
    assert ArticleVersion.objects.get().state == "published"


def test_a_later_version_replaces_the_text_only_when_published(written):
    editing.decide(actor=people.supervisor(), version=written, publish=True, at=NOON)
    second = editing.write(actor=people.agent(), article=written.article, title=WORDS["title"], body="Ask us.", at=LATER)
    assert (second.number, Article.objects.get().body) == (2, WORDS["body"])

    editing.decide(actor=people.supervisor(), version=second, publish=True, at=LATER)

    assert Article.objects.get().body == "Ask us."


def test_a_refused_version_keeps_its_note_and_changes_nothing(written):
    editing.decide(actor=people.supervisor(), version=written, publish=False, note="Say where.", at=LATER)

    written.refresh_from_db()
    assert (written.state, written.note) == ("refused", "Say where.")
    assert not Article.objects.get().published
    with pytest.raises(NotWaiting):
        editing.decide(actor=people.supervisor(), version=written, publish=True, at=LATER)


def test_nobody_publishes_what_they_wrote():
    supervisor = people.supervisor()
    own = editing.begin(actor=supervisor, at=NOON, **WORDS)

    with pytest.raises(Refusal, match="Somebody else reads"):
        editing.decide(actor=supervisor, version=own, publish=True, at=NOON)
    with pytest.raises(IntegrityError, match="version_is_decided_by_somebody_else"), transaction.atomic():
        ArticleVersion.objects.update(decided_by=supervisor)


def test_agents_write_and_do_not_publish_and_customers_do_neither(written):
    member = people.member(helios().berlin)

    with pytest.raises(Refusal, match="supervisor or manager decides"):
        editing.decide(actor=people.agent(), version=written, publish=True, at=NOON)
    with pytest.raises(Refusal, match="may not change"):
        editing.begin(actor=member, at=NOON, **WORDS)
    with pytest.raises(Refusal, match="may not change"):
        editing.write(actor=member, article=written.article, at=NOON, **WORDS)


def test_a_version_needs_words_and_something_new(written):
    editing.decide(actor=people.supervisor(), version=written, publish=True, at=NOON)

    with pytest.raises(WordsMissing):
        editing.begin(actor=people.agent(), title=" ", body="x", at=NOON)
    with pytest.raises(NothingNew):
        editing.write(actor=people.agent(), article=written.article, at=LATER, **WORDS)


def test_two_articles_of_one_title_have_two_refs(written):
    again = editing.begin(actor=people.agent(), at=NOON, **WORDS)

    assert again.article.ref == "share-a-cost-centre-2"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Write to jane.doe@corp.example please", "Write to [e-mail] please"),
        ("Dear Jane Doe, thanks", "Dear [name], thanks"),
        ("IBAN DE89 3704 0044 0532 0130 00 it is", "IBAN [account] it is"),
        ("call +49 (30) 1234-567 or 0301234567", "call [phone] or [phone]"),
        ("invoice INV-2026-000123 and 4111111111111111", "invoice [number] and [phone]"),
        ("helios berlin was billed twice", "[name] was billed twice"),
        ("16 of 31 days cost 32.00 EUR", "16 of 31 days cost 32.00 EUR"),
        ("see https://x.example/?token=1", "see [link]"),
    ],
)
def test_what_tells_who_somebody_is_is_taken_out(said: str, kept: str):
    assert masking.masked(said, names=["Helios Berlin"]) == kept


def test_a_ticket_becomes_a_draft_without_who_it_was_about():
    tree = helios()
    asker = people.member(tree.berlin)
    ticket = support.ticket(tree.berlin, by=asker, subject="Two cost centres", text=f"I am {asker.email} of {tree.berlin.name}.")
    agent = people.agent()
    conversation.reply(actor=agent, ticket=ticket, text="Secret note", at=NOON, key=None, internal=True)
    conversation.resolve(actor=agent, ticket=ticket, text="Write it at the place.", outcome="answered", at=NOON)

    drafted = lessons.draft(actor=agent, ticket=ticket, at=LATER)

    assert drafted.title == "Two cost centres"
    assert asker.email not in drafted.body
    assert tree.berlin.name not in drafted.body
    assert "Write it at the place." in drafted.body
    assert "Secret note" not in drafted.body
    assert not drafted.article.published
    assert ArticleQuestion.objects.get().source == "ticket"


def test_customers_make_no_articles_of_their_tickets():
    tree = helios()
    member = people.member(tree.berlin)

    with pytest.raises(Refusal):
        lessons.draft(actor=member, ticket=support.ticket(tree.berlin, by=member), at=NOON)

    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("kept_for", "reader", "reads"),
    [
        ("place", "berlin", True), ("place", "lab", True), ("place", "europe", True), ("place", "us", False),
        ("tier", "berlin", True), ("tier", "us", False), ("role", "berlin", True), ("role", "payer", False),
        ("place", "agent", True), ("place", "nobody", False),
    ],
)  # fmt: skip
def test_articles_kept_for_some_are_answered_to_nobody_else(kept_for: str, reader: str, reads: bool):
    tree = helios()
    type(tree.berlin).objects.filter(pk=tree.berlin.pk).update(tier="gold")
    articles.load([{"id": "lift", "title": "Book the goods lift", "body": "Ask the porter."}], at=NOON)
    facts = {"place": {"place": tree.germany}, "tier": {"tiers": ["gold"]}, "role": {"roles": ["member"]}}[kept_for]
    article = Article.objects.get()
    for name, value in facts.items():
        setattr(article, name, value)
    article.save()
    viewers = {"payer": lambda: people.payer(tree.berlin), "agent": people.agent, "nobody": lambda: None}
    viewer = viewers.get(reader, lambda: people.member(getattr(tree, reader)))()

    assert refs("book the goods lift", viewer) == (["lift"] if reads else [])
