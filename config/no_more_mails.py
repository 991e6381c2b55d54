"""No more mails: the page behind the link that ends notices of one kind. Nobody signs in; the link is signed and does only this.

Opening it changes nothing, as mail scanners open links too; the button does, and so does the reader's mail program, which
posts "List-Unsubscribe=One-Click" (RFC 8058).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, declares
from support.notices import preferences
from support.notices.groups import GROUPS

PAGE = "no_more_mails.html"


@csrf_exempt  # mail programs have no cookie; what the link may do, it may do from everywhere
@declares(PUBLIC)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link ends, or end it."""
    try:
        if request.method == "GET":
            _person, group = preferences.named(token)
        else:
            _person, group = preferences.unsubscribe(token=token)
    except Refusal as refusal:
        return render(request, PAGE, {"refusal": refusal.reason}, status=404)
    return render(request, PAGE, {"group": GROUPS[group], "done": request.method == "POST"})
