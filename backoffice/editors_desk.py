"""The editors' desk: which questions found no answer, what customers propose, which versions wait, and how articles fare."""

from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from support.knowledge import editing
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion
from window.paging import page_of

VIEWS: Final = {
    "missing": gettext_lazy("Not found"),
    "proposed": gettext_lazy("Proposed"),
    "versions": gettext_lazy("To review"),
    "articles": gettext_lazy("Articles"),
}
TEXTS: Final = {"title": gettext_lazy("Title"), "category": gettext_lazy("Category"), "body": gettext_lazy("Text")}
QUESTIONS_SHOWN: Final = 50


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return what the desk shows for the view the address asks for."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in VIEWS else "missing"
    rows, newest_by = _rows(chosen)
    page = page_of(request, rows, newest_by=newest_by)
    return {
        "chosen": chosen,
        "views": [{"code": code, "label": label, "count": _waiting(code)} for code, label in VIEWS.items()],
        "page": page,
        "articles": Article.objects.filter(published=True).order_by("title").values("ref", "title")[:500],
    }


def address(question: ArticleQuestion) -> str:
    """Return where an editor who decided on a question goes on."""
    return f"{reverse('backoffice:knowledge')}?show={'missing' if question.article_id is None else 'proposed'}"


def article_shown(article: Article) -> dict[str, Any]:
    """Return what the page of an article shows: its versions, latest first, its questions and how often it solved it."""
    attached = article.questions.attached()
    return {
        "article": article,
        "versions": article.versions.select_related("written_by", "decided_by").order_by("-number")[:20],
        "questions": attached.order_by("-times", "pk")[:QUESTIONS_SHOWN],
        "question_count": attached.count(),
        "solved": article.deflections.filter(solved=True).count(),
        "not_solved": article.deflections.filter(solved=False).count(),
    }


def version_shown(version: ArticleVersion, viewer: Any) -> dict[str, Any]:
    """Return a waiting version beside what customers read now, and whether the viewer may decide."""
    changes = [
        {"label": label, "before": _published(version, name), "after": getattr(version, name)} for name, label in TEXTS.items()
    ]
    return {
        "version": version,
        "changes": [change for change in changes if change["before"] != change["after"]],
        "verdict": editing.may_decide(viewer, version),
    }


def _rows(chosen: str) -> tuple[QuerySet, str]:
    proposed = ArticleQuestion.objects.proposed()
    if chosen == "versions":
        waiting = ArticleVersion.objects.filter(state=editing.WAITING)
        return waiting.select_related("article", "written_by"), "written_at"
    if chosen == "articles":
        solved, not_solved = (Count("deflections", filter=Q(deflections__solved=yes)) for yes in (True, False))
        return Article.objects.annotate(solved=solved, not_solved=not_solved), "updated_at"
    if chosen == "proposed":
        return proposed.exclude(article=None).select_related("article"), "times"
    return proposed.filter(article=None), "times"


def _waiting(code: str) -> int:
    if code == "articles":
        return 0
    return _rows(code)[0].order_by()[:1000].count()


def _published(version: ArticleVersion, name: str) -> str:
    return getattr(version.article, name) if version.article.published else ""
