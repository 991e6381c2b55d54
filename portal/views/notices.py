"""The notices of a person: how and when they are told, everywhere and at one customer; and what they were told lately."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from portal import notices_shown, places
from support.notices import preferences
from window.refusals import refusals_shown_on
from window.telling import TellingForm


@declares(access.SEE_CUSTOMER)
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest, number: str) -> HttpResponse:
    """Show how the visitor is told, or keep another choice."""
    node = places.node(request, number)
    if request.method == "GET":
        return _page(request, node, notices_shown.form_for(request.user, node))
    form = notices_shown.form_for(request.user, node, request.POST)
    if form.is_valid():
        everywhere, here = form.chosen("everywhere"), form.chosen("here")
        with refusals_shown_on(form):
            preferences.keep(person=request.user, everywhere=everywhere, customer=node, here=here, **form.hours)
            messages.success(request, _("Kept. It holds for everything that happens from now on."))
            return redirect("portal:notices", node.number)
    return _page(request, node, form, status=422)


@declares(access.SEE_CUSTOMER)
@require_GET
def news(request: HttpRequest, number: str) -> HttpResponse:
    """List what the visitor was told lately, by mail and here."""
    node = places.node(request, number)
    return render(request, "portal/news.html", {"at": node, "rows": notices_shown.news(request.user)})


def _page(request: HttpRequest, node: Customer, form: TellingForm, status: int = 200) -> HttpResponse:
    context = {"at": node, "form": form, "zone": request.user.timezone}
    return render(request, "portal/notices.html", context, status=status)
