"""Macros on a ticket, replies that rest, who else is there, and saved views."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import macros_shown, places, views_shown
from backoffice.forms.macros import MacroForm, ViewForm
from support import tasks
from support.desk import company, macros, outgoing, saved_views, topics
from support.desk.filters import Filters
from support.desk.macro_models import Outgoing
from support.tickets import threads
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def macro(request: HttpRequest, ref: str, code: str) -> HttpResponse:
    """Show what a macro would do on this ticket, or let it happen."""
    found, version = places.ticket(request, ref), get_object_or_404(macros.in_force(), macro__code=code)
    if request.method == "GET":
        return render(request, "backoffice/tickets/macro.html", macros_shown.preview(request, found, version))
    form = MacroForm(request.POST, version=version)
    if form.is_valid():
        with refusals_shown_on(form):
            change = macros.change_of(version, inputs=form.inputs, text=form.cleaned_data.get("text"))
            sent = {"actor": request.user, "ticket": found, "key": form.cleaned_data["key"], "at": timezone.now()}
            reply = outgoing.hold(change=change, attached=macros.files_of(version), macro=version, **sent)
            if reply.status == outgoing.Status.RESTING:
                tasks.leave_in_time(reply)
            return redirect("backoffice:ticket", ref)
    return render(request, "backoffice/tickets/macro.html", macros_shown.preview(request, found, version, form), status=422)


@declares(access.WORK_TICKETS)
@require_POST
def takings_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reply back that still rests; its words come back into the box."""
    mine = Outgoing.objects.filter(ticket__in=threads.visible_to(request.user)).select_related("ticket")
    reply, form = get_object_or_404(mine, pk=pk), ViewForm({"name": "-"})
    form.is_valid()
    with refusals_shown_on(form):
        outgoing.take_back(actor=request.user, reply=reply, at=timezone.now())
        return redirect("backoffice:ticket", reply.ticket.ref)
    return render(request, "backoffice/tickets/left_already.html", {"ticket": reply.ticket, "form": form}, status=422)


@declares(access.WORK_TICKETS)
@require_POST
def ticket_presences(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that one is here, and what one has written so far; answer with who else is."""
    found, draft = places.ticket(request, ref), request.POST.get("text")
    try:
        there = company.be_at(actor=request.user, ticket=found, at=timezone.now(), draft=draft)
    except Refusal:
        there = []
    return render(request, "backoffice/tickets/_company.html", {"ticket": found, "others": there})


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """List the saved views to arrange them, or save one."""
    form = ViewForm(request.POST or None, may_share=saved_views.may_share(request.user))
    asked = Filters.read(QueryDict(request.POST.get("filters", "") or request.GET.urlencode()).dict())
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            saved_views.keep(actor=request.user, asked=asked, **form.cleaned_data)
            return redirect(views_shown.address(asked))
    context = {"views": views_shown.listed(request.user), "form": form, "asked": views_shown.query(asked)}
    return render(request, "backoffice/tickets/views.html", context, status=422 if request.method == "POST" else 200)


@declares(access.WORK_TICKETS)
@require_POST
def view_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a view up or down, or take it away."""
    view = get_object_or_404(saved_views.visible_to(request.user), pk=pk)
    form, what = ViewForm({"name": view.name}), request.POST.get("what", "")
    form.is_valid()
    with refusals_shown_on(form):
        if what == "remove":
            saved_views.remove(actor=request.user, view=view)
        else:
            saved_views.arrange(actor=request.user, view=view, up=what == "up")
        return redirect(reverse("backoffice:ticket_views"))
    context = {"views": views_shown.listed(request.user), "form": form, "asked": ""}
    return render(request, "backoffice/tickets/views.html", context, status=422)


@declares(access.WORK_TICKETS)
@require_GET
def topic_list(request: HttpRequest) -> HttpResponse:
    """Show what customers ask about today, against what is usual, and the alarms."""
    context = {"heaps": topics.heaps(at=timezone.now()), "alarms": topics.alarms()[:20]}
    return render(request, "backoffice/problems/topics.html", context)
