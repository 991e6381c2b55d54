"""The few pages of the site itself: its front door and what a visitor reads when something broke."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.people.routes import SIGNED_IN, declares
from config import sign_in


@declares(SIGNED_IN)
def front_door(request: HttpRequest) -> HttpResponse:
    """Send people to the window they work in."""
    return redirect(sign_in.home_of(request.user))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours with its reference, under which the log holds the rest."""
    return render(request, "500.html", {"reference": getattr(request, "reference", "")}, status=500)
