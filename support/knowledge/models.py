"""Help articles, the search over them, the questions people asked that they answer, and whether they solved it.

Articles are written by support/knowledge/articles.py, questions by support/knowledge/questions.py, deflections by
support/knowledge/deflection.py.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from support.knowledge.languages import StemsByLanguage


def _new_edition(noun: str) -> pgtrigger.Trigger:
    """Start a new edition of the knowledge whenever rows of a table change, by whatever way."""
    return pgtrigger.Trigger(
        name=f"{noun}_starts_an_edition",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func="INSERT INTO support_edition AS standing (id, number) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET number = standing.number + 1; RETURN NULL;",
    )


class Edition(models.Model):
    """How often articles and their questions have changed, so that who remembers them knows when to look again: one row.

    Written by the triggers of those tables.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)


class Article(models.Model):
    """An answer customers find before they need to ask. Written by support/knowledge/articles.py and editing.py.

    `place`, `tiers` and `roles` say who may read it: people of that customer and below it, of customers of these tiers, who
    hold one of these roles; what is empty excludes nobody. Our own people read all of them.
    """

    class Action(models.TextChoices):
        NONE = "", _("No action")
        CHECK_INVOICES = "check_invoices", _("Check my invoices now")
        PAY_INVOICES = "pay_invoices", _("Pay open invoices")
        CHANGE_SEATS = "change_seats", _("Change seats or plan")
        CONTACT = "contact", _("Talk to us")

    ref = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    body = models.TextField()
    language = models.CharField(max_length=5, default="en")
    action = models.CharField(max_length=20, choices=Action, blank=True, default=Action.NONE)
    published = models.BooleanField(default=True)
    place = models.ForeignKey("accounts.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tiers = ArrayField(models.CharField(max_length=12), default=list, db_default=[], blank=True)
    roles = ArrayField(models.CharField(max_length=16), default=list, db_default=[], blank=True)
    updated_at = models.DateTimeField()
    words = models.GeneratedField(
        expression=StemsByLanguage("title", "category", "body"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        triggers = [_new_edition("article")]
        indexes = [
            GinIndex(fields=["words"], name="article_words", fastupdate=False),
            GinIndex(fields=["title"], name="article_title_trigrams", opclasses=["gin_trgm_ops"], fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleQuestionQuerySet(models.QuerySet["ArticleQuestion"]):
    def attached(self) -> "ArticleQuestionQuerySet":
        """Questions the search goes by."""
        return self.filter(state=ArticleQuestion.State.ATTACHED)

    def proposed(self) -> "ArticleQuestionQuerySet":
        """Questions that wait for an editor."""
        return self.filter(state=ArticleQuestion.State.PROPOSED)


class ArticleQuestion(models.Model):
    """A question somebody asked and the article that answers it; without an article, one we have no answer for by nature.

    Written by support/knowledge/questions.py.
    """

    class Source(models.TextChoices):
        PHRASE_BOOK = "phrase_book", _("Phrase book")
        EDITOR = "editor", _("Editor")
        SOLVED = "solved", _("This solved it")
        TICKET = "ticket", _("Ticket")
        NOT_FOUND = "not_found", _("Not found")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ATTACHED = "attached", _("Attached")
        REFUSED = "refused", _("Refused")

    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=12, choices=Source)
    state = models.CharField(max_length=10, choices=State, default=State.ATTACHED)
    asked_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ArticleQuestionQuerySet.as_manager()

    class Meta:
        triggers = [_new_edition("question")]
        constraints = [
            models.UniqueConstraint(F("article"), Lower("text"), name="question_stands_once_at_an_article"),
            models.UniqueConstraint(Lower("text"), condition=Q(article=None), name="question_without_answer_stands_once"),
            models.CheckConstraint(condition=~Q(text=""), name="question_has_words"),
        ]

    def __str__(self) -> str:
        return self.text


class ArticleVersion(models.Model):
    """What an article says, said or may say once somebody else agrees. Written by support/knowledge/editing.py."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for review")
        PUBLISHED = "published", _("Published")
        REFUSED = "refused", _("Refused")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_of_an_article_has_its_own_number"),
            models.CheckConstraint(condition=~Q(decided_by=F("written_by")), name="version_is_decided_by_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Deflection(models.Model):
    """Whether an article answered a question before it became a ticket. Written by support/knowledge/deflection.py."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="deflections")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    customer = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=300)
    solved = models.BooleanField()
    answered_at = models.DateTimeField()
    key = models.UUIDField(null=True, unique=True)

    def __str__(self) -> str:
        return f"{self.article}: {'solved' if self.solved else 'not solved'}"
