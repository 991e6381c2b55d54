"""Offers: what we suggest, with the reason; yes leads to the exact price, no lets it rest."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from portal import offers_shown, places
from support.offers import answering
from support.offers.models import Offer


@declares(access.SEE_CUSTOMER)
@require_GET
def offers(request: HttpRequest, number: str) -> HttpResponse:
    """Show at most two offers to who may order, each with its reason and price; none while something is wrong."""
    return _page(request, places.node(request, number))


@declares(access.CHANGE_CONTRACT)
@require_POST
def offer_acceptances(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Take an offer: its exact price is shown next, with the one button that orders it."""
    node, offer = places.node(request, number, access.CHANGE_CONTRACT), get_object_or_404(Offer, code=code)
    try:
        given = answering.accept(actor=request.user, customer=node, offer=offer, at=timezone.now(), today=places.today(node))
    except Refusal as refusal:
        return _page(request, node, refusal.reason, status=422)
    return redirect("portal:quote", given.quote_id)


@declares(access.CHANGE_CONTRACT)
@require_POST
def offer_refusals(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Say no to an offer: it is not shown again for a good while."""
    node, offer = places.node(request, number, access.CHANGE_CONTRACT), get_object_or_404(Offer, code=code)
    try:
        answering.decline(actor=request.user, customer=node, offer=offer, at=timezone.now(), today=places.today(node))
    except Refusal as refusal:
        return _page(request, node, refusal.reason, status=422)
    messages.success(request, _("We will not show it for a good while."))
    return redirect("portal:home", node.number)


def _page(request: HttpRequest, node: Customer, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"at": node, "offers": offers_shown.shown(node, request.user), "refusal": refusal}
    return render(request, "portal/offers.html", context, status=status)
