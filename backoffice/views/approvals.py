"""Remedies over somebody's authority: everything needed to decide, and one click to do it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import docket
from backoffice.forms.approvals import DecisionForm
from support.remedies import approvals
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


def _page(request: HttpRequest, form: DecisionForm, status: int = 200) -> HttpResponse:
    context = docket.shown(request.user, at=timezone.now()) | {"form": form}
    return render(request, "backoffice/approvals/waiting.html", context, status=status)
