"""The strategy workbook: reading it, saying something in it, publishing it, and noting what we learned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import strategy_shown
from backoffice.forms.strategy import EntryForm, LessonForm, PublishForm
from support.strategy import editions, lessons, writing
from support.strategy.models import StrategyEdition
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def strategy(request: HttpRequest) -> HttpResponse:
    """Show the parts, how far each is, the editions, and what we learned."""
    return _page(request)


@declares(access.SEE_BACKOFFICE)
@require_GET
def part(request: HttpRequest, code: str) -> HttpResponse:
    """Show one part with its questions; who steers can say it otherwise."""
    return _part(request, code)


@declares(access.STEER)
@require_POST
def part_entries(request: HttpRequest, code: str) -> HttpResponse:
    """Say something on the part, or to the question named."""
    question = request.POST.get("question", "")[:20]
    form = EntryForm(request.POST, prefix=question or "part")
    if form.is_valid():
        with refusals_shown_on(form):
            writing.say(actor=request.user, part=code, question=question, content=form.content, at=timezone.now())
            return redirect("backoffice:strategy_part", code)
    return _part(request, code, (question, form), status=422)


@declares(access.STEER)
@require_POST
def strategy_editions(request: HttpRequest) -> HttpResponse:
    """Publish the workbook as it stands."""
    form = PublishForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            made = editions.publish(actor=request.user, why=form.cleaned_data["why"], at=timezone.now())
            return redirect("backoffice:strategy_edition", made.number)
    return _page(request, publish_form=form, status=422)


@declares(access.SEE_BACKOFFICE)
@require_GET
def strategy_edition(request: HttpRequest, number: int) -> HttpResponse:
    """Show an edition as it was published."""
    found = get_object_or_404(StrategyEdition.objects.select_related("published_by"), number=number)
    return render(request, "backoffice/strategy/edition.html", strategy_shown.of_edition(found))


@declares(access.STEER)
@require_POST
def lesson_notes(request: HttpRequest) -> HttpResponse:
    """Note what we learned."""
    form = LessonForm(request.POST, prefix="lesson")
    if form.is_valid():
        with refusals_shown_on(form):
            lessons.note(actor=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:strategy")
    return _page(request, lesson_form=form, status=422)


def _page(request: HttpRequest, status: int = 200, **forms: PublishForm | LessonForm) -> HttpResponse:
    context = strategy_shown.of_all(request.user, at=timezone.now())
    context |= {"publish_form": PublishForm(), "lesson_form": LessonForm(prefix="lesson")} | forms
    context["may_steer"] = access.level_of(request.user) in access.STEER.levels
    return render(request, "backoffice/strategy/strategy.html", context, status=status)


def _part(request: HttpRequest, code: str, bound: tuple[str, EntryForm] | None = None, status: int = 200) -> HttpResponse:
    context = strategy_shown.of_part(code, at=timezone.now(), bound=bound)
    context["may_steer"] = access.level_of(request.user) in access.STEER.levels
    return render(request, "backoffice/strategy/part.html", context, status=status)
