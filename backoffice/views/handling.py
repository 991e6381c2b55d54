"""Handling a ticket: who works on it, what it is about, how urgent it is, its tags and fields, and calls about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import fields_shown, places, ticket_page
from backoffice.forms.tickets import CallLogForm, HandlingForm
from support.channels import calls
from support.desk import changes
from support.tickets import filling
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_POST
def ticket_changes(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand the ticket over, or say what it is about, how urgent it is, and its tags."""
    found, form = places.ticket(request, ref), HandlingForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            key = form.cleaned_data["change_key"]
            changes.make(actor=request.user, ticket=found, change=form.change, key=key, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, handling_form=form)


@declares(access.WORK_TICKETS)
@require_POST
def ticket_fields(request: HttpRequest, ref: str) -> HttpResponse:
    """Fill in what else is asked about the ticket."""
    found = places.ticket(request, ref)
    form = fields_shown.form_of(found, request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            filling.fill(actor=request.user, ticket=found, given=form.given, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, fields_form=form)


@declares(access.WORK_TICKETS)
@require_POST
def ticket_calls(request: HttpRequest, ref: str) -> HttpResponse:
    """Note that we spoke by telephone."""
    found, form = places.ticket(request, ref), CallLogForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            given = {"words": form.cleaned_data["call_words"], "key": form.cleaned_data["call_key"]}
            calls.log(actor=request.user, ticket=found, at=timezone.now(), **given)
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, refused=[form])
