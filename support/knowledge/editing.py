"""Editing: write a new version of an article, and have somebody else publish or refuse it.

Customers read the published text until then, and afterwards at once. An article written for the first time is read by nobody
before its first version is published. Nobody decides on a version of their own (the database holds this too).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.customers.details import facts_of_change
from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.timeline import recording
from support.knowledge import articles, languages, questions
from support.knowledge.models import Article, ArticleVersion

WAITING, PUBLISHED = ArticleVersion.State.WAITING, ArticleVersion.State.PUBLISHED
LONGEST_REF: Final = 80
TEXTS: Final = ("title", "category", "body")
ARRANGED: Final = ("language", "action", "published", "place", "tiers", "roles")


class WordsMissing(Refusal):
    """A version has no title or no text."""

    code = "words_missing"


class NothingNew(Refusal):
    """A version says what the article says already."""

    code = "nothing_new"


class NotReviewed(Refusal):
    """An article is to be read that nobody reviewed."""

    code = "not_reviewed"


class NotWaiting(Refusal):
    """The version was decided already."""

    code = "not_waiting"


def begin(
    *, actor: User, title: str, body: str, at: datetime, category: str = "", language: str = languages.EVERYONES
) -> ArticleVersion:
    """Write the first version of a new article; nobody reads it before it is published.

    Raises:
        Refusal: the actor may not shape what customers read.
        WordsMissing: there is no title or text.
    """
    questions.may_edit(actor).or_refuse()
    _need_words(title, body)
    with transaction.atomic():
        facts = {"title": title, "category": category, "body": body, "language": language}
        article = Article.objects.create(ref=_free_ref(title), published=False, updated_at=at, **facts)
        return write(actor=actor, article=article, title=title, body=body, category=category, at=at)


def write(*, actor: User, article: Article, title: str, body: str, at: datetime, category: str = "") -> ArticleVersion:
    """Write a version that waits for somebody else to publish it.

    Raises:
        Refusal: the actor may not shape what customers read.
        WordsMissing: there is no title or text.
        NothingNew: it changes nothing of what is published.
    """
    questions.may_edit(actor).or_refuse()
    _need_words(title, body)
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        if article.published and (title, category, body) == (article.title, article.category, article.body):
            raise NothingNew(_("The article says this already."))
        last = article.versions.aggregate(last=Max("number"))["last"] or 0
        facts = {"title": title, "category": category, "body": body, "written_by": actor, "written_at": at}
        return ArticleVersion.objects.create(article=article, number=last + 1, **facts)


def arrange(*, actor: User, article: Article, at: datetime, **facts: Any) -> Article:
    """Say who reads an article, in which language, what it lets them do, and whether it is read at all: at once, words apart.

    `facts` are some of `ARRANGED`. Taking an article away needs nobody else; it is read again once a version is published. The
    timeline keeps each fact before and after. Repeating it changes nothing.

    Raises:
        NotReviewed: it is to be read, though nobody published a version since it was taken away.
        NoSuchReaders: there is no such tier or role.
    """
    questions.may_edit(actor).or_refuse()
    articles.must_be_readers(facts.get("tiers", ()), facts.get("roles", ()))
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        before = {name: _plain(getattr(article, name)) for name in facts}
        after = {name: _plain(value) for name, value in facts.items() if _plain(value) != before[name]}
        if after.get("published"):
            raise NotReviewed(_("Customers read an article once somebody else published a version of it."))
        if not after:
            return article
        for name in after:
            setattr(article, name, facts[name])
        article.updated_at = at
        article.save(update_fields=[*after, "updated_at"])
        told = {"article": article.title, **facts_of_change({name: before[name] for name in after}, after)}
        recording.record(None, "support.article_arranged", actor=actor, at=at, facts=told, internal=True)
    return article


def may_decide(actor: User, version: ArticleVersion) -> Decision:
    """Say whether a person may publish or refuse a version."""
    if not access.may_anywhere(actor, access.PUBLISH_KNOWLEDGE):
        return refused("not_a_publisher", _("A supervisor or manager decides what customers read."), approver="supervisor")
    own = _("Somebody else reads what you wrote before customers do.")
    second = second_person.decide(actor, version.written_by, reason=own, code="own_version")
    return second if second.allowed else replace(second, approver="supervisor")


def decide(*, actor: User, version: ArticleVersion, publish: bool, at: datetime, note: str = "") -> ArticleVersion:
    """Publish a version, or refuse it with a note to who wrote it; the same decision again changes nothing.

    Raises:
        Refusal: the actor may not decide, or wrote it.
        NotWaiting: it was decided otherwise.
    """
    state = PUBLISHED if publish else ArticleVersion.State.REFUSED
    may_decide(actor, version).or_refuse()
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=version.article_id)
        version = ArticleVersion.objects.get(pk=version.pk)
        if version.state == state:
            return version
        if version.state != WAITING:
            raise NotWaiting(_("This version was decided already."))
        version.state, version.decided_by, version.decided_at, version.note = state, actor, at, note
        version.save(update_fields=["state", "decided_by", "decided_at", "note"])
        if publish:
            Article.objects.filter(pk=article.pk).update(
                published=True, updated_at=at, **{name: getattr(version, name) for name in TEXTS}
            )
    return version


def _plain(value: Any) -> Any:
    return value.number if isinstance(value, Customer) else value


def _need_words(title: str, body: str) -> None:
    if not title.strip() or not body.strip():
        raise WordsMissing(_("Write a title and a text."))


def _free_ref(title: str) -> str:
    """Return a ref made of the title that no article has."""
    stem = slugify(title)[: LONGEST_REF - 6] or "article"
    taken = set(Article.objects.filter(ref__startswith=stem).values_list("ref", flat=True))
    return next(ref for number in range(1, len(taken) + 2) if (ref := stem if number == 1 else f"{stem}-{number}") not in taken)
