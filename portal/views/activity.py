"""Who did what: everything that happened to a customer, for those who may know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from accounts.timeline import reading
from accounts.timeline.models import Activity
from portal import activity_shown, places

ENTRIES_A_PAGE = 50


@declares(access.SEE_CUSTOMER)
@require_GET
def activity(request: HttpRequest, number: str) -> HttpResponse:
    """List what happened, newest first; the address says where the next page starts."""
    node = places.node(request, number)
    span = places.span(request, node, access.SEE_CUSTOMER)
    found = reading.of_customer(
        node, viewer=request.user, subtree=span.whole, before=_last_shown(request), limit=ENTRIES_A_PAGE + 1
    )
    shown = found[:ENTRIES_A_PAGE]
    context = {
        "at": node,
        "span": span,
        "entries": activity_shown.entries(shown),
        "next_cursor": shown[-1].pk if len(found) > ENTRIES_A_PAGE else "",
    }
    return render(request, "portal/activity.html", context)


def _last_shown(request: HttpRequest) -> Activity | None:
    key = request.GET.get("after", "")
    return (
        reading.visible_to(request.user).filter(pk=int(key)).first()
        if key.isascii() and key.isdigit() and len(key) < 19
        else None
    )
