"""The front door of the portal, and the home of a customer: what is owed, what comes next, what happened."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import SIGNED_IN, declares
from portal import home_shown, places


@declares(SIGNED_IN)
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Open the highest customer the visitor may see; who stands nowhere is told whom to ask."""
    if access.level_of(request.user):
        raise Http404
    highest = places.highest(request)
    return redirect("portal:home", highest.number) if highest else render(request, "portal/nowhere.html")


@declares(access.SEE_CUSTOMER)
@require_GET
def home(request: HttpRequest, number: str) -> HttpResponse:
    """Answer what most visitors come for: how much, until when, and what is new."""
    node = places.node(request, number)
    if node.number != number:
        return redirect("portal:home", node.number)
    return render(request, "portal/home.html", home_shown.of(request, node))


@declares(access.SEE_CUSTOMER)
@require_GET
def next_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the tile that says what the next invoice will amount to; the home fetches it once it stands."""
    node = places.node(request, number)
    return render(request, "portal/home/_next_invoice.html", home_shown.next_invoice(request, node))
