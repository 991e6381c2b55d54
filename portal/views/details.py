"""The details of a customer: confirming them, asking for changes, and deciding on what others asked for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import asks_again, declares
from accounts.quality import changes, confirming
from portal import details_shown, places
from portal.forms import details as asked_for
from portal.forms.details import ChangeDecisionForm
from window.refusals import refusals_shown_on


@declares(access.SEE_CUSTOMER)
@require_GET
def details(request: HttpRequest, number: str) -> HttpResponse:
    """Show what we have, what is asked to change, and what waits for the visitor."""
    return _page(request, places.node(request, number))


@declares(access.REQUEST_CHANGES)
@require_POST
def confirmations(request: HttpRequest, number: str) -> HttpResponse:
    """Take down that the details are right."""
    node = places.node(request, number, access.REQUEST_CHANGES)
    confirming.confirm(actor=request.user, customer=node, at=timezone.now())
    messages.success(request, _("Thank you. We will ask again in a year."))
    return redirect("portal:details", node.number)


@asks_again
@declares(access.REQUEST_CHANGES)
@require_POST
def change_requests(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for details to be changed."""
    node = places.node(request, number, access.REQUEST_CHANGES)
    form = asked_for.sent(request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        with refusals_shown_on(form):
            day, what = form.day(places.today(node)), form.cleaned_data["what"]
            asked = {"actor": request.user, "customer": node, "what": what, "effective_on": day, "at": timezone.now()}
            made = changes.ask(**asked, **form.wanted())
            messages.success(request, details_shown.noted(made))
            return redirect("portal:details", node.number)
    return _page(request, node, bound=form, status=422)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def change_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse what somebody asked for."""
    asked, form = places.change_request(request, pk, access.MANAGE_PEOPLE), ChangeDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    given = {"actor": request.user, "request": asked, "at": timezone.now()}
    try:
        if form.cleaned_data["decision"] == "approve":
            changes.approve(**given)
        else:
            changes.refuse(**given, reason=form.cleaned_data["note"])
    except Refusal as refusal:
        return _page(request, asked.customer, refusal=refusal.reason, status=422)
    return redirect("portal:details", asked.customer.number)


@declares(access.REQUEST_CHANGES)
@require_POST
def change_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back."""
    asked = places.change_request(request, pk, access.REQUEST_CHANGES)
    try:
        changes.withdraw(actor=request.user, request=asked, at=timezone.now())
    except Refusal as refusal:
        return _page(request, asked.customer, refusal=refusal.reason, status=422)
    return redirect("portal:details", asked.customer.number)


def _page(request: HttpRequest, node: Customer, *, status: int = 200, refusal: str = "", bound: object = None) -> HttpResponse:
    context = details_shown.of(request, node, at=timezone.now(), bound=bound)
    context["refusal"] = refusal or context["refusal"]
    return render(request, "portal/details/details.html", context, status=status)
