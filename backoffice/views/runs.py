"""Invoice runs: what ran and how far it is, what is held for a person, a dry run beside the last cycle."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import runs_shown
from backoffice.forms.runs import RunForm
from billing import tasks
from billing.invoices.running import asking, holding
from billing.invoices.running.models import BillingRun, BillingWork
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BOOKS)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Show the runs, the latest first, and above them what is held."""
    return _page(request, RunForm(initial={"on": timezone.localdate()}))


@declares(access.RUN_BILLING)
@require_POST
def run_beginnings(request: HttpRequest) -> HttpResponse:
    """Let workers bill everything due by a day."""
    form = RunForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            begun = asking.ask(actor=request.user, on=form.cleaned_data["on"], at=timezone.now())
            if begun is None:
                messages.info(request, _("Nothing is due by that day that was not billed."))
                return redirect("backoffice:runs")
            transaction.on_commit(lambda: tasks.work_off_run.delay(begun.pk))
            return redirect("backoffice:run", begun.pk)
    return _page(request, form, status=422)


@declares(access.SEE_BOOKS)
@require_GET
def run_trial(request: HttpRequest) -> HttpResponse:
    """Show what a run would issue, beside the last cycle of the same charges; nothing is written."""
    form = RunForm(request.GET if "on" in request.GET else {"on": timezone.localdate()})
    if not form.is_valid():
        return _page(request, form, status=422)
    on = form.cleaned_data["on"]
    too_many = runs_shown.too_many_to_try(on)
    asked = asking.decide(actor=request.user, on=on, at=timezone.now())
    context = {
        "on": on,
        "too_many": too_many,
        **({} if too_many else runs_shown.tried(on)),
        "may_run": _may_run(request),
        "asked": asked,
    }
    return render(request, "backoffice/runs/trial.html", context)


@declares(access.SEE_BOOKS)
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run: how far it is, what it issued, what it holds, who could not be billed."""
    found = get_object_or_404(BillingRun.objects.select_related("begun_by"), pk=pk)
    return render(request, "backoffice/runs/run.html", runs_shown.page(found) | {"may_run": _may_run(request)})


@declares(access.RUN_BILLING)
@require_POST
def hold_releases(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue what was held, as it was seen."""
    work = _work(pk)
    try:
        issued = holding.release(actor=request.user, work=work, on=timezone.localdate(), at=timezone.now())
        messages.success(request, _("Issued: {numbers}.").format(numbers=", ".join(str(one.ref) for one in issued)))
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:runs")


@declares(access.RUN_BILLING)
@require_POST
def hold_discards(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away what was held; the next run looks at the payer again."""
    work = _work(pk)
    try:
        holding.discard(actor=request.user, work=work, at=timezone.now())
        messages.success(request, _("Discarded. The next run looks at {payer} again.").format(payer=work.payer.name))
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:runs")


def _work(pk: int) -> BillingWork:
    return get_object_or_404(BillingWork.objects.select_related("payer"), pk=pk)


def _may_run(request: HttpRequest) -> bool:
    return access.level_of(request.user) in access.RUN_BILLING.levels


def _page(request: HttpRequest, form: RunForm, *, status: int = 200) -> HttpResponse:
    page = page_of(request, BillingRun.objects.select_related("begun_by"), newest_by="begun_at")
    context = {"page": page, "runs": runs_shown.runs(page.rows), "held": runs_shown.held(), "form": form}
    return render(request, "backoffice/runs/runs.html", context | {"may_run": _may_run(request)}, status=status)
