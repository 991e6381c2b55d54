"""Help articles as managers write them. Somebody else reads words before customers do; readers and actions change at once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each
from support.knowledge import editing
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection


@admin.register(Article)
class ArticleAdmin(UseCaseAdmin):
    """What customers find before they need to ask. New words wait under versions of articles for a second person."""

    list_display = ("title", "category", "language", "action", "published", "updated_at")
    list_filter = ("published", "category", "language")
    search_fields = ("title", "ref")
    fields = (*editing.TEXTS, *editing.ARRANGED)
    autocomplete_fields = ("place",)

    def get_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """A new article is read by nobody before its first version is published."""
        return ("ref", *self.fields) if obj else tuple(name for name in self.fields if name != "published")

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """Links lead to the ref, so it stays."""
        return ("ref",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Article:
        """Write a version where words changed, and arrange the rest."""
        given, said = form.cleaned_data, {"actor": request.user, "at": timezone.now()}
        words = {name: given[name] for name in editing.TEXTS}
        article = Article.objects.get(pk=form.instance.pk) if change else None
        if article is None or words != {name: getattr(article, name) for name in editing.TEXTS}:
            article = self._written(request, article, words, said)
        return editing.arrange(article=article, **said, **{name: given[name] for name in editing.ARRANGED if name in given})

    def _written(self, request: HttpRequest, article: Article | None, words: dict[str, str], said: dict[str, Any]) -> Article:
        version = editing.write(article=article, **words, **said) if article else editing.begin(**words, **said)
        told = _("Version {number} waits for a second person to publish it, under versions of articles.")
        self.message_user(request, told.format(number=version.number), level=messages.INFO)
        return version.article


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
    """What articles said, say and may say; what waits is published or refused by somebody who did not write it."""

    list_display = ("title", "number", "state", "written_by", "written_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("written_by", "decided_by")
    actions = ("publish", "refuse")

    @admin.action(description=_("Publish (a second person)"))
    def publish(self, request: HttpRequest, chosen: QuerySet[ArticleVersion]) -> None:
        """Let customers read what was chosen."""
        self._decide(request, chosen, publish=True)

    @admin.action(description=_("Refuse (a second person)"))
    def refuse(self, request: HttpRequest, chosen: QuerySet[ArticleVersion]) -> None:
        """Leave the articles as they are."""
        self._decide(request, chosen, publish=False)

    def _decide(self, request: HttpRequest, chosen: QuerySet[ArticleVersion], *, publish: bool) -> None:
        said = {"actor": request.user, "publish": publish, "at": timezone.now()}
        for_each(self, request, chosen, lambda version: editing.decide(version=version, **said))
