"""Knowledge as editors and agents shape it: questions without answers, proposals, versions to review, articles."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import editors_desk, places
from backoffice.forms.knowledge import PUBLISH, ArticleForm, QuestionDecisionForm, VersionDecisionForm
from support.knowledge import editing, questions
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion
from support.tickets import lessons
from window.refusals import refusals_shown_on


@declares(access.EDIT_KNOWLEDGE)
@require_http_methods(["GET", "POST"])
def knowledge(request: HttpRequest) -> HttpResponse:
    """Show what waits for an editor, or begin a new article."""
    if request.method == "GET":
        return render(request, "backoffice/knowledge/desk.html", editors_desk.shown(request) | {"form": ArticleForm()})
    form = ArticleForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            version = editing.begin(actor=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:article", version.article.ref)
    return render(request, "backoffice/knowledge/desk.html", editors_desk.shown(request) | {"form": form}, status=422)


@declares(access.EDIT_KNOWLEDGE)
@require_POST
def question_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a question to an article, say that it is none of ours, or set it aside."""
    question = get_object_or_404(ArticleQuestion, pk=pk)
    form = QuestionDecisionForm(request.POST, question=question)
    if form.is_valid():
        with refusals_shown_on(form):
            questions.decide(actor=request.user, question=question, at=timezone.now(), **form.verdict)
            return redirect(editors_desk.address(question))
    context = editors_desk.shown(request) | {"form": ArticleForm(), "decision_form": form}
    return render(request, "backoffice/knowledge/desk.html", context, status=422)


@declares(access.EDIT_KNOWLEDGE)
@require_GET
def article(request: HttpRequest, ref: str) -> HttpResponse:
    """Show an article as an editor sees it."""
    return _article_page(request, get_object_or_404(Article, ref=ref))


@declares(access.EDIT_KNOWLEDGE)
@require_POST
def article_versions(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a version for somebody else to review."""
    found, form = get_object_or_404(Article, ref=ref), ArticleForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            editing.write(actor=request.user, article=found, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Somebody else reads it before customers do."))
            return redirect("backoffice:article", ref)
    return _article_page(request, found, form, status=422)


@declares(access.EDIT_KNOWLEDGE)
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a version would change."""
    return _version_page(request, _version(pk))


@declares(access.PUBLISH_KNOWLEDGE)
@require_POST
def version_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a version or refuse it."""
    found, form = _version(pk), VersionDecisionForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            publish = form.cleaned_data["decision"] == PUBLISH
            editing.decide(actor=request.user, version=found, publish=publish, note=form.cleaned_data["note"], at=timezone.now())
            return redirect("backoffice:article", found.article.ref)
    return _version_page(request, found, form, status=422)


@declares(access.WORK_TICKETS)
@require_POST
def ticket_articles(request: HttpRequest, ref: str) -> HttpResponse:
    """Make the draft of an article out of a ticket."""
    ticket = places.ticket(request, ref)
    try:
        made = lessons.draft(actor=request.user, ticket=ticket, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("backoffice:ticket", ref)
    return redirect("backoffice:article", made.article.ref)


def _version(pk: int) -> ArticleVersion:
    return get_object_or_404(ArticleVersion.objects.select_related("article", "written_by", "decided_by"), pk=pk)


def _article_page(request: HttpRequest, found: Article, form: ArticleForm | None = None, status: int = 200) -> HttpResponse:
    latest = found.versions.filter(state=editing.WAITING).order_by("-number").first() or found
    words = {name: getattr(latest, name) for name in editing.TEXTS}
    context = editors_desk.article_shown(found) | {"form": form or ArticleForm(initial=words)}
    return render(request, "backoffice/knowledge/article.html", context, status=status)


def _version_page(
    request: HttpRequest, found: ArticleVersion, form: VersionDecisionForm | None = None, status: int = 200
) -> HttpResponse:
    context = editors_desk.version_shown(found, request.user) | {"form": form or VersionDecisionForm()}
    return render(request, "backoffice/knowledge/version.html", context, status=status)
