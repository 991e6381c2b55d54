"""Who answers for customers: who pays, receives and owns; named for one or handed over for a subtree; and what nobody owns."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer, Handover
from accounts.decisions import Refusal
from accounts.people import access, handovers, owners
from accounts.people.routes import declares
from backoffice import answers_shown, places
from backoffice.forms.answers import HandoverForm, OwnerForm
from backoffice.forms.data import MergeDecisionForm
from window import spreadsheets
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def answers(request: HttpRequest, number: str) -> HttpResponse:
    """Show who answers for a customer, and what a handover would change before it is made."""
    return _page(request, places.customer(request, number), handover=HandoverForm(request.GET) if "who" in request.GET else None)


@declares(access.NAME_OWNERS)
@require_POST
def owners_of(request: HttpRequest, number: str) -> HttpResponse:
    """Name an owner, or let the customer inherit one again."""
    node, form, now = places.customer(request, number), OwnerForm(request.POST), timezone.now()
    if form.is_valid():
        role, person, since = (form.cleaned_data[name] for name in ("role", "person", "since"))
        with refusals_shown_on(form):
            if person:
                owners.name(actor=request.user, customer=node, role=role, person=person, since=since, at=now)
            else:
                owners.let_inherit(actor=request.user, customer=node, role=role, on=since, at=now)
            messages.success(request, _("Kept."))
            return redirect("backoffice:answers", node.number)
    return _page(request, node, owner=form, status=422)


@declares(access.SHAPE_TREE)
@require_POST
def handovers_of(request: HttpRequest, number: str) -> HttpResponse:
    """Ask that one customer pays or receives for a whole subtree."""
    node, form = places.customer(request, number), HandoverForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("responsible", "role", "since")}
        with refusals_shown_on(form):
            handovers.ask(actor=request.user, customer=node, at=timezone.now(), **given)
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("backoffice:answers", node.number)
    return _page(request, node, handover=form, status=422)


@declares(access.SHAPE_TREE)
@require_POST
def handover_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a handover that somebody else asked for happen, or refuse it."""
    form = MergeDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    if form.approves:
        return _settled(request, pk, handovers.approve, _("Changed for everything below."))
    refuse = partial(handovers.refuse, reason=form.cleaned_data["note"])
    return _settled(request, pk, refuse, _("Refused: everything stays as it is."))


@declares(access.SHAPE_TREE)
@require_POST
def handover_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was asked for and not decided on."""
    return _settled(request, pk, handovers.withdraw, _("Withdrawn: everything stays as it is."))


@declares(access.SHAPE_TREE)
@require_POST
def handover_undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a handover back."""
    return _settled(request, pk, handovers.undo, _("Undone: everything is as before."))


@declares(access.SEE_BACKOFFICE)
@require_GET
def ownerless(request: HttpRequest) -> HttpResponse:
    """List the customers of which nobody owns something, newest first."""
    today = timezone.localdate()
    rows = owners.missing(today).filter(pk__in=access.customers_within_reach(request.user))
    page = page_of(request, rows, newest_by="created_at", size=50)
    missing = owners.missing_roles(page.rows, today)
    found = [{"customer": row, "roles": missing[row.pk]} for row in page.rows]
    return render(request, "backoffice/data/ownerless.html", {"page": page, "rows": found})


@declares(access.SEE_BACKOFFICE)
@require_GET
def ownerless_sheet(request: HttpRequest) -> HttpResponseBase:
    """Hand out as CSV of which customers nobody owns what."""
    today = timezone.localdate()
    reach = access.customers_within_reach(request.user)
    return spreadsheets.download(answers_shown.ownerless_rows(reach, today), name=f"nobody-owns-{today.isoformat()}.csv")


def _settled(request: HttpRequest, pk: int, act: Callable[..., Handover], words: str) -> HttpResponse:
    """Carry out a step of a handover, and show the customer's page with what came of it."""
    found = get_object_or_404(Handover.objects.select_related("customer"), pk=pk)
    try:
        act(actor=request.user, handover=found, at=timezone.now())
        messages.success(request, words)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:answers", found.customer.number)


def _page(request: HttpRequest, node: Customer, *, status: int = 200, **forms: Any) -> HttpResponse:
    today = places.today(node)
    owner = forms.get("owner") or OwnerForm(initial={"since": today.isoformat()})
    handover = forms.get("handover") or HandoverForm(initial={"since": today.isoformat()})
    context = answers_shown.page(node, request.user, on=today, owner_form=owner, handover_form=handover)
    level = access.level_of(request.user)
    context["may_name"], context["may_hand_over"] = level in access.NAME_OWNERS.levels, level in access.SHAPE_TREE.levels
    return render(request, "backoffice/customers/answers.html", context, status=status)
