"""What is overdue: where each invoice stands, letting one rest, agreeing on parts, and deciding disputes."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import overdue, places
from backoffice.forms.dunning import PauseForm, PlanForm, RefusalForm
from billing.dunning import disputes, pausing, plans
from billing.dunning.models import Dispute
from billing.invoices.models import Document


@declares(access.SEE_BOOKS)
@require_GET
def overdue_invoices(request: HttpRequest) -> HttpResponse:
    """Show the overdue invoices with where they stand."""
    return render(request, "backoffice/bank/overdue.html", overdue.listed(request, on=timezone.localdate()))


@declares(access.KEEP_BOOKS)
@require_POST
def pauses(request: HttpRequest, ref: str) -> HttpResponse:
    """Let an invoice rest."""
    found, form = places.document(request, ref), PauseForm(request.POST)
    return _done(request, found, form, lambda given: pausing.pause(actor=request.user, document=found, **_now(found), **given))


@declares(access.KEEP_BOOKS)
@require_POST
def resumptions(request: HttpRequest, ref: str) -> HttpResponse:
    """End the rest of an invoice."""
    found = places.document(request, ref)
    return _done(request, found, None, lambda given: pausing.resume(actor=request.user, document=found, **_now(found)))


@declares(access.KEEP_BOOKS)
@require_POST
def payment_plans(request: HttpRequest, ref: str) -> HttpResponse:
    """Agree that an invoice is paid in parts."""
    found, form = places.document(request, ref), PlanForm(request.POST)
    return _done(request, found, form, lambda given: plans.agree(actor=request.user, documents=[found], **_now(found), **given))


@declares(access.SEE_BACKOFFICE)
@require_POST
def dispute_refusals(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a disputed line is right, and why."""
    seen = access.customers_within_reach(request.user)
    rows = Dispute.objects.filter(line__document__customer__in=seen).select_related("line__document__customer")
    dispute, form = get_object_or_404(rows, pk=pk), RefusalForm(request.POST)
    document = dispute.line.document
    return _done(
        request, document, form, lambda given: disputes.refuse(actor=request.user, dispute=dispute, at=timezone.now(), **given)
    )


def _now(document: Document) -> dict[str, object]:
    at = timezone.now()
    return {"at": at, "today": local_day(at, document.customer.timezone)}


def _done(request: HttpRequest, document: Document, form: forms.Form | None, work: Callable[[dict], object]) -> HttpResponse:
    """Do it with what was given and come back to the document, which says how it went."""
    if form is not None and not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect("backoffice:document", document.ref)
    try:
        work(form.cleaned_data if form else {})
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Done."))
    return redirect("backoffice:document", document.ref)
