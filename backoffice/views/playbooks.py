"""Playbooks: how known problems are put right, and practising on made-up cases."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import playbooks_shown
from backoffice.forms.playbooks import PracticeForm
from support.remedies.playbooks import practice
from support.remedies.playbooks.models import Playbook, PlaybookVersion
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show every playbook in force."""
    return render(request, "backoffice/playbooks/desk.html", playbooks_shown.desk(request.user))


@declares(access.WORK_TICKETS)
@require_GET
def playbook(request: HttpRequest, code: str) -> HttpResponse:
    """Show one playbook with its versions and a case to practise on."""
    return _page(request, _version(code))


@declares(access.WORK_TICKETS)
@require_POST
def practice_runs(request: HttpRequest, code: str) -> HttpResponse:
    """Score the answers to a made-up case."""
    version, form = _version(code), PracticeForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            practice.solve(actor=request.user, version=version, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:playbook", code)
    return _page(request, version, form=form, status=422)


def _version(code: str) -> PlaybookVersion:
    found = get_object_or_404(Playbook, code=code)
    return found.versions.select_related("playbook", "written_by").order_by("-number")[0]


def _page(request: HttpRequest, version: PlaybookVersion, *, status: int = 200, form: PracticeForm | None = None) -> HttpResponse:
    context = playbooks_shown.page(request.user, version, on=timezone.now().date())
    context["form"] = form or PracticeForm(initial={"seed": context["case"]["seed"]})
    return render(request, "backoffice/playbooks/playbook.html", context, status=status)
