"""Remedies and credit over somebody's authority: everything needed to decide, one click to do it, and who stands in for whom."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import docket, places
from backoffice.forms.approvals import DecisionForm, SubstituteForm
from billing.invoices import credit_orders
from support.remedies import approvals
from support.remedies import substitutes as standing_in
from window.refusals import refusals_shown_on


@declares(access.DECIDE_APPROVALS)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Show what waits for the viewer's decision, the longest wait first."""
    return _page(request, DecisionForm())


@declares(access.DECIDE_APPROVALS)
@require_POST
def decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse one."""
    approval = get_object_or_404(docket.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        approvals.decide(
            actor=request.user, approval=approval, approve=form.approves, note=form.cleaned_data["note"], at=timezone.now()
        )
        return redirect("backoffice:approvals")
    return _page(request, form, status=422)


@declares(access.DECIDE_APPROVALS)
@require_POST
def credit_order_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse selling credit; approving sells it."""
    order = get_object_or_404(credit_orders.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        credit_orders.decide(
            actor=request.user, order=order, approve=form.approves, note=form.cleaned_data["note"],
            on=places.today(order.customer), at=timezone.now(),
        )  # fmt: skip
        return redirect("backoffice:approvals")
    return _page(request, form, status=422)


@declares(access.DECIDE_APPROVALS)
@require_http_methods(["GET", "POST"])
def substitutes(request: HttpRequest) -> HttpResponse:
    """Show who stands in for whom now and later, or let a colleague stand in."""
    form, now = SubstituteForm(request.POST or None, viewer=request.user), timezone.now()
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            standing_in.name(actor=request.user, at=now, **{"approver": request.user} | form.cleaned_data)
            return redirect("backoffice:substitutes")
    context = {"substitutes": docket.substitutes(request.user, at=now), "form": form}
    return render(request, "backoffice/approvals/substitutes.html", context, status=422 if request.method == "POST" else 200)


@declares(access.DECIDE_APPROVALS)
@require_POST
def substitute_endings(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody stand in no more."""
    now = timezone.now()
    found = get_object_or_404(standing_in.visible_to(request.user, now), pk=pk)
    try:
        standing_in.end(actor=request.user, substitute=found, at=now)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:substitutes")


def _page(request: HttpRequest, form: DecisionForm, status: int = 200) -> HttpResponse:
    context = docket.shown(request.user, at=timezone.now()) | {"form": form}
    return render(request, "backoffice/approvals/waiting.html", context, status=status)
