"""The few pages of the site itself: its front door and what a visitor reads when something broke."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from accounts.people.routes import SIGNED_IN, declares
from config import middleware, sign_in


@declares(SIGNED_IN)
def front_door(request: HttpRequest) -> HttpResponse:
    """Send people to the window they work in."""
    return redirect(sign_in.home_of(request.user))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist, or is not the visitor's, in the way the visitor reads: a page, or at the API its shape."""
    if request.path_info.startswith(middleware.API):
        return JsonResponse({"code": "not_found", "detail": "There is no such thing, or it is not yours."}, status=404)
    return page_not_found(request, exception)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read as it was sent, or is too much at once, with one sentence; nothing was changed."""
    much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    code, status = ("too_large", 413) if much else ("malformed", 400)
    words = _("That is more than can be taken at once; send less.") if much else _("The request cannot be read as it was sent.")
    if request.path_info.startswith(middleware.API):
        return JsonResponse({"code": code, "detail": words}, status=status)
    return render(request, "400.html", {"words": words}, status=status)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours with its reference, under which the log holds the rest."""
    reference = getattr(request, "reference", "")
    if request.path_info.startswith(middleware.API):
        detail = f"Something broke on our side. Its reference is {reference}."
        return JsonResponse({"code": "broken", "detail": detail}, status=500)
    return render(request, "500.html", {"reference": reference}, status=500)
