"""The tree of customers: searched, opened branch by branch, with what each is worth, owes and waits for."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from accounts.segments import key_accounts
from backoffice import places, tree_shown
from window.paging import page_of

GROUPS_A_PAGE = 30


@declares(access.SEE_BACKOFFICE)
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """Show the groups we serve, those one manages as key accounts, or what was found by name or number."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    span, mine = request.GET.get("span", ""), request.GET.get("show") == "mine"
    reach, today = access.customers_within_reach(request.user), timezone.now().date()
    groups = reach.filter(parent=None).current().select_related("kind")
    if mine:
        groups = _key_accounts_of(request, reach)
    page = page_of(request, groups, newest_by="created_at", size=GROUPS_A_PAGE)
    rows = tree_shown.found(words, reach) if len(words) > 1 else page.rows
    context = {
        "nodes": tree_shown.nodes(rows, on=today, span=span, viewer=request.user),
        "columns": tree_shown.columns(),
        "page": None if len(words) > 1 else page,
        "words": words,
        "own": span == tree_shown.OWN,
        "mine": mine,
    }
    return render(request, "backoffice/tree/tree.html", context)


@declares(access.SEE_BACKOFFICE)
@require_GET
def tree_branch(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the customers right below one, a hundred at a time (`?after=`)."""
    node, span = places.customer(request, number), request.GET.get("span", "")
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    rows, following = tree_shown.branch(node, access.customers_within_reach(request.user), after=after)
    found = tree_shown.nodes(rows, on=timezone.now().date(), span=span, viewer=request.user)
    context = {"nodes": found, "node": node, "span": span, "following": following}
    return render(request, "backoffice/tree/_branch.html", context)


def _key_accounts_of(request: HttpRequest, reach: QuerySet[Customer]) -> QuerySet[Customer]:
    """The customers that are key accounts of the viewer themselves, without those below them."""
    managed = key_accounts.managed_by(request.user, timezone.now().date())
    found: QuerySet[Customer] = reach.filter(pk__in=managed).exclude(parent__in=managed).select_related("kind")
    return found
