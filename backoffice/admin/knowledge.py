"""Help articles as editors write them."""

from django.contrib import admin
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.knowledge import articles
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection


@admin.register(Article)
class ArticleAdmin(UseCaseAdmin):
    """What customers find before they need to ask."""

    list_display = ("title", "category", "language", "action", "published", "updated_at")
    list_filter = ("published", "category", "language")
    search_fields = ("title", "ref")
    fields = ("ref", "title", "category", "body", "language", "action", "published", "place", "tiers", "roles")
    autocomplete_fields = ("place",)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """Links lead to the ref, so it stays."""
        return ("ref",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Article:
        """Write the article."""
        facts = {"id": form.instance.ref if change else form.cleaned_data["ref"]} | form.cleaned_data
        readers = {name: facts.pop(name) for name in ("place", "tiers", "roles")}
        with transaction.atomic():
            articles.load([facts], at=timezone.now())
            return articles.keep_for(Article.objects.get(ref=facts["id"]), **readers)


@admin.register(Deflection)
class DeflectionAdmin(LookingAdmin):
    """Whether articles answered."""

    list_display = ("article", "question", "solved", "customer", "answered_at")
    list_filter = ("solved",)
    list_select_related = ("article", "customer")


@admin.register(ArticleQuestion)
class ArticleQuestionAdmin(LookingAdmin):
    """What people asked, where it came from, and the article that answers it."""

    list_display = ("text", "article", "source", "state", "times", "asked_at")
    list_filter = ("state", "source")
    list_select_related = ("article",)
    search_fields = ("text",)


@admin.register(ArticleVersion)
class ArticleVersionAdmin(LookingAdmin):
    """What articles said, say and may say."""

    list_display = ("title", "number", "state", "written_by", "written_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("written_by", "decided_by")
