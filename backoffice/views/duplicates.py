"""Customers kept twice: pairs side by side, merges previewed, decided by a second person, and undone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import tasks
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import candidates, merging
from accounts.quality.models import Candidate
from backoffice import twins
from backoffice.forms.data import DismissalForm, MergeDecisionForm, MergeForm
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def pairs(request: HttpRequest) -> HttpResponse:
    """Show the pairs that may be one, likeliest first, and the merges that wait."""
    chosen = request.GET.get("show", "")
    status = chosen if chosen in Candidate.Status.values else Candidate.Status.OPEN
    return render(request, "backoffice/data/duplicates.html", twins.listed(status))


@declares(access.TEND_DATA)
@require_POST
def searches(request: HttpRequest) -> HttpResponse:
    """Have all customers compared now."""
    tasks.find_duplicates.delay()
    messages.success(request, _("All customers are being compared; what is found appears here."))
    return redirect("backoffice:duplicates")


@declares(access.SEE_BACKOFFICE)
@require_GET
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two customers side by side, why they may be one, and what merging them would change."""
    candidate = get_object_or_404(candidates.visible(), pk=pk)
    return _pair(request, candidate, request.GET.get("keep", "a"), MergeForm())


@declares(access.TEND_DATA)
@require_POST
def dismissals(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember that two are not one."""
    candidate, form = get_object_or_404(candidates.visible(), pk=pk), DismissalForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            candidates.dismiss(actor=request.user, candidate=candidate, note=form.cleaned_data["note"], at=timezone.now())
            return redirect("backoffice:duplicates")
    return _pair(request, candidate, "a", form, status=422)


@declares(access.TEND_DATA)
@require_POST
def merges(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for two to be merged."""
    candidate, form = get_object_or_404(candidates.visible(), pk=pk), MergeForm(request.POST)
    if not form.is_valid():
        return _pair(request, candidate, "a", form, status=422)
    keep = form.cleaned_data["keep"]
    survivor, retired = (candidate.b, candidate.a) if keep == "b" else (candidate.a, candidate.b)
    with refusals_shown_on(form):
        note = form.cleaned_data["note"]
        made = merging.ask(actor=request.user, retired=retired, survivor=survivor, note=note, at=timezone.now())
        return redirect("backoffice:merge", made.pk)
    return _pair(request, candidate, keep, form, status=422)


@declares(access.SEE_BACKOFFICE)
@require_GET
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one merge: what it changes or changed, and who decided."""
    return _merge(request, pk, MergeDecisionForm())


@declares(access.DECIDE_MERGES)
@require_POST
def merge_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry a merge out, or refuse it."""
    found, form = get_object_or_404(merging.visible(), pk=pk), MergeDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        if form.approves:
            merging.approve(actor=request.user, merge=found, at=timezone.now())
        else:
            merging.refuse(actor=request.user, merge=found, reason=form.cleaned_data["note"], at=timezone.now())
        return redirect("backoffice:merge", pk)
    return _merge(request, pk, form, status=422)


@declares(access.DECIDE_MERGES)
@require_POST
def merge_undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back as a whole."""
    found, form = get_object_or_404(merging.visible(), pk=pk), DismissalForm(request.POST)
    form.full_clean()
    with refusals_shown_on(form):
        merging.undo(actor=request.user, merge=found, at=timezone.now())
        return redirect("backoffice:merge", pk)
    return _merge(request, pk, form, status=422)


def _pair(request: HttpRequest, candidate: Candidate, keep: str, form: object, *, status: int = 200) -> HttpResponse:
    return render(request, "backoffice/data/pair.html", twins.of(candidate, keep) | {"form": form}, status=status)


def _merge(request: HttpRequest, pk: int, form: DismissalForm | MergeDecisionForm, *, status: int = 200) -> HttpResponse:
    found = get_object_or_404(merging.visible(), pk=pk)
    context = twins.decided(found, request.user) | {"form": form}
    return render(request, "backoffice/data/merge.html", context, status=status)
