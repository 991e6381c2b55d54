"""The list of tickets, changing many of them at once, and problems."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import desk_shown
from backoffice.forms.desk import ProblemForm, ProblemStepForm
from support import tasks
from support.desk import bulk, changes, problems
from support.desk.bulk_models import Bulk
from support.desk.models import Problem
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """List tickets as the address asks for them, with the saved views."""
    return render(request, "backoffice/tickets/list.html", desk_shown.listed(request))


@declares(access.WORK_TICKETS)
@require_POST
def bulk_previews(request: HttpRequest) -> HttpResponse:
    """Show what a change would do to each ticket chosen; nothing is changed."""
    form = desk_shown.change_form(request)
    if form.is_valid():
        with refusals_shown_on(form):
            foreseen = changes.foresee(actor=request.user, change=form.change, tickets=desk_shown.chosen(request, form))
            return render(request, "backoffice/tickets/bulk_preview.html", {"form": form, "foreseen": foreseen})
    return render(request, "backoffice/tickets/list.html", desk_shown.listed(request, form), status=422)


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def bulks(request: HttpRequest) -> HttpResponse:
    """List what was changed in bulk lately, or change the tickets chosen; a worker does row by row."""
    if request.method == "GET":
        return render(request, "backoffice/tickets/bulks.html", {"bulks": desk_shown.latest_bulks(request.user)})
    form = desk_shown.change_form(request)
    if form.is_valid():
        with refusals_shown_on(form):
            chosen, key = desk_shown.chosen(request, form), form.cleaned_data["key"]
            problem = desk_shown.problem_named(request)
            made = bulk.begin(actor=request.user, tickets=chosen, change=form.change, key=key, at=timezone.now(), problem=problem)
            transaction.on_commit(partial(tasks.work_off_bulk.delay, made.pk))
            return redirect("backoffice:bulk", made.pk)
    return render(request, "backoffice/tickets/list.html", desk_shown.listed(request, form), status=422)


@declares(access.WORK_TICKETS)
@require_GET
def bulk_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of each ticket."""
    found = get_object_or_404(bulk.visible_to(request.user), pk=pk)
    return render(request, "backoffice/tickets/bulk.html", desk_shown.result(request.user, found))


@declares(access.WORK_TICKETS)
@require_POST
def bulk_undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a worker put back what was changed, as far as nobody changed it since."""
    found: Bulk = get_object_or_404(bulk.visible_to(request.user), pk=pk)
    form = ProblemStepForm({"to": "open"})
    form.is_valid()
    with refusals_shown_on(form):
        bulk.undo(actor=request.user, bulk=found, at=timezone.now())
        transaction.on_commit(partial(tasks.work_off_bulk.delay, pk))
        return redirect("backoffice:bulk", pk)
    return render(request, "backoffice/tickets/bulk.html", desk_shown.result(request.user, found) | {"refused": form}, status=422)


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def problem_list(request: HttpRequest) -> HttpResponse:
    """List the problems, or open one."""
    form = ProblemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            made = problems.open_problem(actor=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:problem", made.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "backoffice/problems/problems.html", desk_shown.problem_list(request, form), status=status)


@declares(access.WORK_TICKETS)
@require_GET
def problem(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a problem with its tickets, and the answer that goes to all of them."""
    return _problem(request, get_object_or_404(problems.visible_to(request.user), ref=ref))


@declares(access.WORK_TICKETS)
@require_POST
def problem_steps(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that it is one, that it is solved, or that it is none."""
    found, form = get_object_or_404(problems.visible_to(request.user), ref=ref), ProblemStepForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            problems.move(actor=request.user, problem=found, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:problem", ref)
    return _problem(request, found, form=form, status=422)


def _problem(request: HttpRequest, found: Problem, *, form: ProblemStepForm | None = None, status: int = 200) -> HttpResponse:
    context = desk_shown.problem(request.user, found, form or ProblemStepForm())
    return render(request, "backoffice/problems/problem.html", context, status=status)
