"""View as customer: open the portal with a member's eyes, and close it again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people import access, viewing
from accounts.people.models import Viewing
from accounts.people.routes import declares
from backoffice import places
from backoffice.forms.viewings import ViewingForm
from window.refusals import refusals_shown_on

SHOWN = 20


@declares(access.VIEW_AS_CUSTOMER)
@require_http_methods(["GET", "POST"])
def viewings(request: HttpRequest, number: str) -> HttpResponse:
    """Ask as whom and why, show who looked before, and open the portal as that person sees it."""
    node = places.customer(request, number)
    form = ViewingForm(request.POST or None, people=places.people_of(node))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            opened = viewing.open_as(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            request.session[viewing.SESSION_KEY] = opened.pk
            return redirect("portal:home", node.number)
    earlier = Viewing.objects.filter(customer=node).select_related("agent", "member").order_by("-opened_at", "-pk")[:SHOWN]
    status = 200 if request.method == "GET" else 422
    return render(request, "backoffice/customers/viewings.html", {"node": node, "form": form, "earlier": earlier}, status=status)


@declares(access.VIEW_AS_CUSTOMER)
@require_POST
def viewing_endings(request: HttpRequest) -> HttpResponse:
    """Stop looking with somebody else's eyes."""
    viewing.end(actor=request.user, at=timezone.now())
    opened = Viewing.objects.filter(pk=request.session.pop(viewing.SESSION_KEY, None)).select_related("customer").first()
    return redirect("backoffice:customer", opened.customer.number) if opened else redirect("backoffice:front")
