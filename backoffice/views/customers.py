"""Customers: the groups we serve, their trees, and everything about one customer on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from accounts.timeline.kinds import KINDS
from backoffice import overview, places, promises_shown, tree_nodes
from backoffice.forms.tickets import EscalationForm
from support.tickets import account_escalation
from window.paging import page_of


@declares(access.SEE_BACKOFFICE)
@require_GET
def roots(request: HttpRequest) -> HttpResponse:
    """Show the groups we serve, with what each owes altogether."""
    groups = access.customers_within_reach(request.user).filter(parent=None).current().select_related("kind")
    page = page_of(request, groups, newest_by="created_at", size=50)
    level = access.level_of(request.user)
    may = {"may_add": level in access.TEND_DATA.levels, "may_import": level in access.DECIDE_MERGES.levels}
    return render(request, "backoffice/customers/roots.html", {"page": page, "groups": tree_nodes.of(page.rows), **may})


@declares(access.SEE_BACKOFFICE)
@require_GET
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """Show one customer: where it stands, money, contracts, people, tickets, and what happened."""
    node = places.customer(request, number)
    return page(request, node) if node.number == number else redirect("backoffice:customer", node.number)


def page(request: HttpRequest, node: Customer, *, status: int = 200, **forms: object) -> HttpResponse:
    """Return the page of a customer, with the forms given or fresh ones."""
    subtree = request.GET.get("span") != "node"
    context = overview.of(node, viewer=request.user, subtree=subtree, on=places.today(node))
    context["every_event"] = " ".join(KINDS)
    context["promises"] = promises_shown.of_account(node, at=timezone.now())
    context["may_view_as"] = access.level_of(request.user) in access.VIEW_AS_CUSTOMER.levels
    context["may_sign"] = access.level_of(request.user) in access.SIGN_CONTRACTS.levels
    context |= {"escalation": account_escalation.covering(node), "escalation_form": EscalationForm()} | forms
    return render(request, "backoffice/customers/customer.html", context, status=status)


@declares(access.SEE_BACKOFFICE)
@require_GET
def below(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the branch below one node of the tree."""
    node = places.customer(request, number)
    return render(request, "components/tree_nodes.html", {"nodes": tree_nodes.below(node)})
