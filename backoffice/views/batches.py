"""Who else is hit by an error, putting it right for all of them, and what became of each."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import places
from backoffice.forms.batches import BatchForm, UndoingForm
from billing.anomalies.models import Finding
from support import tasks
from support.remedies.batches import who_else, working
from support.remedies.batches.models import Batch, BatchRow
from support.remedies.models import Grant
from window.refusals import refusals_shown_on


@declares(access.GRANT_REMEDY)
@require_GET
def others(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who was hit by the same error, with what each would be given."""
    return _others(request, places.finding_on_a_line(request, ref))


@declares(access.GRANT_REMEDY)
@require_POST
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a batch for the customers chosen; a worker gives row by row."""
    finding = places.finding_on_a_line(request, ref)
    form = BatchForm(request.POST, refs=[one.ref for one in who_else.alike(request.user, finding)])
    if form.is_valid():
        with refusals_shown_on(form):
            made = working.begin(actor=request.user, finding=finding, at=timezone.now(), **form.cleaned_data)
            transaction.on_commit(partial(tasks.work_off_batch.delay, made.pk))
            return redirect("backoffice:batch", made.pk)
    return _others(request, finding, form=form, status=422)


@declares(access.SEE_BACKOFFICE)
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of each row."""
    return _batch(request, get_object_or_404(working.visible_to(request.user), pk=pk))


@declares(access.SEE_BACKOFFICE)
@require_POST
def undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what the batch gave."""
    found, form = get_object_or_404(working.visible_to(request.user), pk=pk), UndoingForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            working.undo(actor=request.user, batch=found, reason=form.cleaned_data["reason"], at=timezone.now())
            return redirect("backoffice:batch", pk)
    return _batch(request, found, form=form, status=422)


def _others(request: HttpRequest, finding: Finding, *, form: BatchForm | None = None, status: int = 200) -> HttpResponse:
    hits = who_else.hit_by_the_same(request.user, finding, at=timezone.now())
    form = form or BatchForm(refs=[hit.finding.ref for hit in hits])
    return render(request, "backoffice/findings/others.html", {"finding": finding, "hits": hits, "form": form}, status=status)


def _batch(request: HttpRequest, found: Batch, *, form: UndoingForm | None = None, status: int = 200) -> HttpResponse:
    rows = working.rows_of(found)
    given = any(row.grant and row.grant.status == Grant.Status.GRANTED for row in rows)
    context = {
        "batch": found,
        "rows": rows,
        "waiting": any(row.status == BatchRow.Status.WAITING for row in rows),
        "may_undo": given and request.user == found.made_by,
        "form": form or UndoingForm(),
    }
    return render(request, "backoffice/findings/batch.html", context, status=status)
