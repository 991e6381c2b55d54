"""Needs of customers that agents hand to who sells, and what came of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import leads_shown, places, ticket_page
from backoffice.forms.leads import LeadForm, LeadStepForm
from support.offers import leads
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def lead_list(request: HttpRequest) -> HttpResponse:
    """List the needs that were handed over and have not ended, those due first on top."""
    return render(request, "backoffice/leads.html", leads_shown.listed(request, at=timezone.now()))


@declares(access.WORK_TICKETS)
@require_POST
def ticket_leads(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand what the customer of a ticket needs to a colleague."""
    found, form = places.ticket(request, ref), LeadForm(request.POST, viewer=request.user)
    if form.is_valid():
        key = form.cleaned_data["key"]
        with refusals_shown_on(form):
            leads.hand_over(actor=request.user, ticket=found, need=form.wanted, key=key, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, lead_form=form)


@declares(access.WORK_TICKETS)
@require_POST
def lead_steps(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one works on it, or how it ended."""
    lead = get_object_or_404(leads.visible_to(request.user), pk=pk)
    found, form = places.ticket(request, lead.ticket.ref), LeadStepForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            leads.move(actor=request.user, lead=lead, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:ticket", found.ref)
    return ticket_page.answer(request, found, status=422, refused=[form])
