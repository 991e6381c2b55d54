"""Contracts: what was agreed, how it stands, what is still to come."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from billing.contracts.models import Subscription
from portal import contracts_shown, places
from window.paging import page_of


@declares(access.SEE_MONEY)
@require_GET
def contracts(request: HttpRequest, number: str) -> HttpResponse:
    """List the contracts of this customer and below it, with their subscriptions."""
    node = places.node(request, number, access.SEE_MONEY)
    span = places.span(request, node)
    used = Subscription.objects.filter(customer__in=span.customers).select_related("product", "customer").order_by("ref")
    page = page_of(
        request, places.contracts_within(span.customers).prefetch_related(Prefetch("subscriptions", used)), newest_by="signed_on"
    )
    shown = contracts_shown.contracts(page.rows, rights=places.rights(request), on=places.today(node))
    context = {"at": node, "span": span, "page": page, "contracts": shown}
    context["may_change"] = places.standing(request, node).may(access.CHANGE_CONTRACT)
    return render(request, "portal/contracts/contracts.html", context)


@declares(access.SEE_MONEY)
@require_GET
def contract(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one contract: subscriptions, changes to come (each can be undone), history, documents."""
    return contract_page(request, ref)


def contract_page(request: HttpRequest, ref: str, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Return the page of a contract; after a change that was refused, with the reason."""
    found = places.contract(request, ref)
    today = places.today_under(found)
    shown = contracts_shown.contracts([found], rights=places.rights(request), on=today)[0]
    context = {
        "at": request.node,
        "shown": shown,
        "scheduled": contracts_shown.scheduled(shown, today=today),
        "history": contracts_shown.history(shown),
        "rows": contracts_shown.billed_for(found, viewer=request.user, on=today),
        "refusal": refusal,
        "may_order": places.may_order(request, found),
        "may_change_terms": places.standing(request, found.customer).may(access.CHANGE_CONTRACT).allowed,
        "on_their_way": contracts_shown.on_their_way(shown),
        "endings": contracts_shown.endings(shown),
        "coupons": contracts_shown.coupons_of(shown, rights=places.rights(request), today=today),
    }
    return render(request, "portal/contracts/contract.html", context, status=status)
