"""Measures: how well we help, always in pairs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from backoffice import measures_shown
from support.measures import concessions, silence


@declares(access.WORK_TICKETS)
@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """Show first contact resolution beside satisfaction, reopen rate and speed."""
    context = measures_shown.shown(request.GET.get("span", ""), request.GET.get("by", ""), at=timezone.now())
    return render(request, "backoffice/measures.html", context)


@declares(access.WORK_TICKETS)
@require_GET
def processes_page(request: HttpRequest) -> HttpResponse:
    """Show what customers do themselves, what our people do, and what that saves."""
    return render(
        request, "backoffice/measures/processes.html", measures_shown.processes_of(request.GET.get("span", ""), timezone.now())
    )


@declares(access.WORK_TICKETS)
@require_GET
def concessions_page(request: HttpRequest) -> HttpResponse:
    """Show what goodwill cost by group, beside what was invoiced."""
    return render(request, "backoffice/measures/concessions.html", {"rows": concessions.by_group(at=timezone.now())})


@declares(access.WORK_TICKETS)
@require_GET
def channels_page(request: HttpRequest) -> HttpResponse:
    """Show whether the same is done for customers whatever the channel."""
    asked = {name: request.GET.get(name, "") for name in ("span", "kind")}
    return render(request, "backoffice/measures/channels.html", measures_shown.channels_of(**asked, at=timezone.now()))


@declares(access.WORK_TICKETS)
@require_GET
def silence_page(request: HttpRequest) -> HttpResponse:
    """List the customers who say nothing, and whom to call."""
    now = timezone.now()
    rows = silence.silent(request.user, at=now)
    return render(request, "backoffice/measures/silence.html", measures_shown.silence_of(rows, now))
