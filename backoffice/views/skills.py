"""Skills: who can do what, what tickets ask for, and where we lack somebody."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice.forms.skills import HoldingForm, NeedForm
from support.tickets import skills
from support.tickets.skill_models import SkillHeld
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def skills_page(request: HttpRequest) -> HttpResponse:
    """Show each kind of ticket that asks for something, and who fits."""
    return _answer(request)


@declares(access.STEER)
@require_POST
def skill_needs(request: HttpRequest) -> HttpResponse:
    """Say what a kind of ticket asks for."""
    form = NeedForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            kind = form.cleaned_data["need_kind"]
            skills.need(actor=request.user, kind=kind, certificate=form.code, at=timezone.now())
            return redirect("backoffice:skills")
    return _answer(request, status=422, need_form=form)


@declares(access.DECIDE_APPROVALS)
@require_POST
def skill_holdings(request: HttpRequest) -> HttpResponse:
    """Say that somebody can do something."""
    form = HoldingForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            skills.give(actor=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:skills")
    return _answer(request, status=422, holding_form=form)


@declares(access.DECIDE_APPROVALS)
@require_POST
def skill_endings(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody no longer does it."""
    held, form = get_object_or_404(SkillHeld, pk=pk), HoldingForm({})
    form.full_clean()
    with refusals_shown_on(form):
        skills.take_back(actor=request.user, held=held, at=timezone.now())
        return redirect("backoffice:skills")
    return _answer(request, status=422, holding_form=form)


def _answer(request: HttpRequest, *, status: int = 200, **forms: Form) -> HttpResponse:
    level = access.level_of(request.user)
    context = {
        "gaps": skills.gaps(timezone.now()),
        "need_form": NeedForm(),
        "holding_form": HoldingForm(),
        "leads": level in access.DECIDE_APPROVALS.levels,
        "steers": level in access.STEER.levels,
    }
    return render(request, "backoffice/measures/skills.html", context | forms, status=status)
