"""The people of a customer: who may do what, inviting someone, and ending a membership."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, invitations
from accounts.people.models import Membership
from accounts.people.routes import asks_again, declares
from billing.money import Money
from portal import places
from portal.forms.people import InvitationForm
from window import amounts
from window.refusals import refusals_shown_on


@asks_again
@declares(access.SEE_CUSTOMER)
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, number: str) -> HttpResponse:
    """List who may act for this customer, or invite someone."""
    if request.method == "POST":
        return _invite(request, places.node(request, number, access.MANAGE_PEOPLE))
    return _members_page(request, places.node(request, number), InvitationForm())


def _invite(request: HttpRequest, node: Customer) -> HttpResponse:
    form = InvitationForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            invited = invitations.invite(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(who)s is invited and will get a mail.") % {"who": invited.user.email})
            return redirect("portal:members", node.number)
    return _members_page(request, node, form, status=422)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def revocations(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """End a membership at once."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    membership = places.membership(request, pk)
    try:
        invitations.revoke(actor=request.user, membership=membership, at=timezone.now())
    except Refusal as refusal:
        return _members_page(request, node, InvitationForm(), refusal=refusal.reason, status=422)
    messages.success(request, _("%(who)s no longer has this role.") % {"who": membership.user})
    return redirect("portal:members", node.number)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def order_limits(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Say for how much a member may order alone; empty is without limit."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    membership = places.membership(request, pk)
    given = request.POST.get("limit", "").strip()
    try:
        limit = amounts.read(given, membership.customer.currency).amount_minor if given else None
        invitations.limit_orders(actor=request.user, membership=membership, limit_minor=limit, at=timezone.now())
    except Refusal as refusal:
        return _members_page(request, node, InvitationForm(), refusal=refusal.reason, status=422)
    messages.success(request, _("What %(who)s may order alone is set.") % {"who": membership.user})
    return redirect("portal:members", node.number)


def _members_page(
    request: HttpRequest, node: Customer, form: InvitationForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    path = access.customers_within_reach(request.user).above(node)
    held = Membership.objects.in_force().filter(customer__in=path).select_related("user", "customer")
    inherited = (
        held.exclude(customer=node).filter(scope=Membership.Scope.SUBTREE).order_by("customer__level", "user__email", "pk")
    )
    context = {
        "at": node,
        "form": form,
        "refusal": refusal,
        "own": _with_limits(held.filter(customer=node).order_by("user__email", "pk")),
        "inherited": inherited,
        "ordering_roles": sorted(access.CHANGE_CONTRACT.roles),
        "may_manage": places.standing(request, node).may(access.MANAGE_PEOPLE),
    }
    return render(request, "portal/organisation/members.html", context, status=status)


def _with_limits(members: Iterable[Membership]) -> list[Membership]:
    """Return the members with what each may order alone as a form writes it."""
    found = list(members)
    for member in found:
        limit = member.order_limit_minor
        member.order_limit = "" if limit is None else Money(limit, member.customer.currency).number
    return found
