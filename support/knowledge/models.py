"""Help articles, the search over them, and whether they solved it.

Articles are written by support/knowledge/articles.py, deflections by support/knowledge/deflection.py.
"""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models


class Article(models.Model):
    """An answer customers find before they need to ask. Written by support/knowledge/articles.py."""

    class Action(models.TextChoices):
        NONE = "", "No action"
        CHECK_INVOICES = "check_invoices", "Check my invoices now"
        PAY_INVOICES = "pay_invoices", "Pay open invoices"
        CHANGE_SEATS = "change_seats", "Change seats or plan"
        CONTACT = "contact", "Talk to us"

    ref = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    body = models.TextField()
    language = models.CharField(max_length=5, default="en")
    action = models.CharField(max_length=20, choices=Action, blank=True, default=Action.NONE)
    published = models.BooleanField(default=True)
    updated_at = models.DateTimeField()
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("category", weight="B", config="english")
        + SearchVector("body", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="article_words"),
            GinIndex(fields=["title"], name="article_title_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title


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
