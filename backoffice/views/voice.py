"""The voice of the customer: praise, concerns and ideas as they come in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from backoffice import voice_shown
from support.voice import wall

MOST = 60


@declares(access.WORK_TICKETS)
@require_GET
def voice(request: HttpRequest) -> HttpResponse:
    """List what customers told us, of one kind or all, with how much of each there was."""
    context = voice_shown.shown(request.user, request.GET.get("kind", ""), at=timezone.now())
    return render(request, "backoffice/voice.html", context)


@declares(access.SEE_BACKOFFICE)
@require_GET
def praise_wall(request: HttpRequest) -> HttpResponse:
    """Show the praise that customers let everybody here read."""
    return render(request, "backoffice/wall.html", {"praise": wall.shown(MOST)})
