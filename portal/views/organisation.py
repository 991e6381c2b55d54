"""The organisation: the whole group as a tree, and the facts of the customer the page stands at."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from portal import charter_shown, places, tree_shown


@declares(access.SEE_CUSTOMER)
@require_GET
def organisation(request: HttpRequest, number: str) -> HttpResponse:
    """Show the tree as far as the visitor may see it."""
    node = places.node(request, number)
    context = {
        "at": node,
        "tree": tree_shown.whole(request.user, node),
        "columns": tree_shown.COLUMNS,
        "payer": places.payer(request, node),
        "may_manage": places.standing(request, node).may(access.MANAGE_PEOPLE),
    }
    return render(request, "portal/organisation/organisation.html", context)


@declares(access.SEE_CUSTOMER)
@require_GET
def charter(request: HttpRequest, number: str) -> HttpResponse:
    """Show what policy says about the customer the page stands at."""
    node = places.node(request, number)
    return render(request, "portal/charter/charter.html", {"at": node} | charter_shown.of(node, places.today(node)))


@declares(access.SEE_CUSTOMER)
@require_GET
def below(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the branch below one node of the tree."""
    node = places.node(request, number)
    return render(request, "components/tree_nodes.html", {"nodes": tree_shown.below(request.user, node)})
