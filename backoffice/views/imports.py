"""Customers out of a file: upload it, see what would become of each row and what it scores, then let it go live or drop it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.customers import sheets
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import scores, staging
from accounts.quality.models import StagedImport
from backoffice.forms.data import StagedDecisionForm
from backoffice.forms.imports import ImportForm
from window.paging import page_of
from window.refusals import refusals_shown_on

SHOWN = 500


@declares(access.DECIDE_MERGES)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Take a file and keep it with what would become of it; show the files so far beside how well we keep data today."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            file, gate = form.cleaned_data["file"], form.cleaned_data["gate"]
            rows = list(sheets.Sheet(file.file, form.reading))
            given = {"gate": gate, "name": file.name, "default_kind": form.kind, "at": timezone.now()}
            return redirect("backoffice:import", staging.stage(actor=request.user, rows=rows, **given).staged.pk)
    page = page_of(request, StagedImport.objects.defer("rows", "faults"), newest_by="staged_at")
    context = {"form": form, "page": page, "columns": sheets.COLUMNS, "today": scores.summary()}
    return render(request, "backoffice/data/imports.html", context, status=422 if request.method == "POST" else 200)


@declares(access.SEE_BACKOFFICE)
@require_GET
def staged_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would become of a file, and each fault."""
    staged = get_object_or_404(StagedImport.objects.select_related("decided_by"), pk=pk)
    faults = staging.told(staged)
    context = {
        "staged": staged,
        "faults": faults[:SHOWN],
        "more": len(faults) - SHOWN,
        "waits": staged.status == StagedImport.Status.STAGED,
        "below": staged.score < staged.gate,
        "decides": access.level_of(request.user) in access.DECIDE_MERGES.levels,
    }
    return render(request, "backoffice/data/import.html", context)


@declares(access.DECIDE_MERGES)
@require_POST
def staged_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a staged import go live, or drop it."""
    staged, form = get_object_or_404(StagedImport, pk=pk), StagedDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        if form.cleaned_data["decision"] == "drop":
            staging.drop(actor=request.user, staged=staged, at=timezone.now())
            messages.success(request, _("%(name)s was dropped.") % {"name": staged.name})
        else:
            made = staging.release(actor=request.user, staged=staged, at=timezone.now())
            counts = {"created": made.created, "updated": made.updated, "refused": made.refused}
            messages.success(request, _("Live: %(created)s created, %(updated)s updated, %(refused)s refused.") % counts)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:imports")
