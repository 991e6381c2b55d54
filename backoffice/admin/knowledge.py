"""Help articles as editors write them."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.knowledge import articles
from support.knowledge.models import Article, Deflection


@admin.register(Article)
class ArticleAdmin(UseCaseAdmin):
    """What customers find before they need to ask."""

    list_display = ("title", "category", "language", "action", "published", "updated_at")
    list_filter = ("published", "category", "language")
    search_fields = ("title", "ref")
    fields = ("ref", "title", "category", "body", "language", "action", "published")

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """Links lead to the ref, so it stays."""
        return ("ref",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Article:
        """Write the article."""
        facts = {"id": form.instance.ref if change else form.cleaned_data["ref"]} | form.cleaned_data
        articles.load([facts], at=timezone.now())
        return Article.objects.get(ref=facts["id"])


@admin.register(Deflection)
class DeflectionAdmin(LookingAdmin):
    """Whether articles answered."""

    list_display = ("article", "question", "solved", "customer", "answered_at")
    list_filter = ("solved",)
    list_select_related = ("article", "customer")
