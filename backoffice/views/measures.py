"""Measures: how well we help, always in pairs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from backoffice import measures_shown


@declares(access.WORK_TICKETS)
@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """Show first contact resolution beside satisfaction, reopen rate and speed."""
    context = measures_shown.shown(request.GET.get("span", ""), request.GET.get("by", ""), at=timezone.now())
    return render(request, "backoffice/measures.html", context)
