"""The page of a ticket, as it is answered with: after a GET, and again with what was typed when a use case refused."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from backoffice import case, worklist
from backoffice.forms.tickets import DeclineForm, ReplyForm, ResolutionForm
from support.tickets.models import Ticket


def answer(request: HttpRequest, found: Ticket, *, status: int = 200, **forms: object) -> HttpResponse:
    """Return the page with the forms given, or fresh ones."""
    fresh = {"reply_form": ReplyForm(), "resolution_form": ResolutionForm(), "decline_form": DeclineForm(), "refused": []}
    context = fresh | forms | worklist.shown(request) | case.shown(request.user, found, at=timezone.now())
    return render(request, "backoffice/tickets/ticket.html", context, status=status)
