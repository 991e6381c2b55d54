"""Ordering more under a contract, and deciding on what colleagues may not order alone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from billing.amendments import applying, approvals, ordering
from billing.amendments.models import OrderApproval
from billing.catalog.models import Plan
from billing.contracts.models import Contract
from portal import details_shown, orders_shown, places, quotes_shown
from portal.forms.changes import OrderDecisionForm, OrderForm
from window.refusals import refusals_shown_on

DECIDED_SHOWN = 10


@declares(access.CHANGE_CONTRACT)
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose what to order under a contract, and see its exact price; nothing is ordered yet."""
    agreed = places.contract(request, ref)
    form = _form(request, agreed)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            quote = ordering.quote(
                actor=request.user, contract=agreed, customer=form.cleaned_data["customer"], order=form.order,
                at=timezone.now(), today=places.today_under(agreed),
            )  # fmt: skip
            return redirect("portal:quote", quote.pk)
    context = {
        "contract": agreed,
        "form": form,
        "catalogue": quotes_shown.catalogue(ordering.on_sale(agreed, places.today_under(agreed))),
        "steps": quotes_shown.STEPS,
    }
    return render(request, "portal/contracts/order.html", context, status=200 if request.method == "GET" else 422)


def _form(request: HttpRequest, agreed: Contract) -> OrderForm:
    today = places.today_under(agreed)
    customers = places.orderers(request, agreed)
    if not customers:
        raise Http404
    versions = ordering.on_sale(agreed, today)
    plans = Plan.objects.filter(pk__in=[version.plan_id for version in versions]).order_by("product__name", "rank", "pk")
    start = {"since": today, "customer": request.node.number, "plan": request.GET.get("plan")}
    return OrderForm(request.POST or None, plans=plans, customers=customers, initial=start)


@declares(access.APPROVE_ORDERS)
@require_GET
def order_approvals(request: HttpRequest, number: str) -> HttpResponse:
    """Show what waits for the viewer here and below: orders and changes of details, the longest wait first."""
    return _approvals_page(request, number, OrderDecisionForm())


@declares(access.APPROVE_ORDERS)
@require_POST
def order_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve an order, which makes it happen, or refuse it with a reason."""
    approval, form = places.order_approval(request, pk), OrderDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        decided = applying.decide(
            actor=request.user, approval=approval, approve=form.approves, note=form.cleaned_data["note"], at=timezone.now(),
            today=places.today_under(approval.quote.contract),
        )  # fmt: skip
        approved = decided.status == OrderApproval.Status.APPROVED
        messages.success(request, _("Approved: it is ordered.") if approved else _("Refused. Your colleague reads why."))
        return redirect("portal:order_approvals", request.node.number)
    return _approvals_page(request, request.node.number, form, status=422)


def _approvals_page(request: HttpRequest, number: str, form: OrderDecisionForm, status: int = 200) -> HttpResponse:
    node = places.node(request, number, access.APPROVE_ORDERS)
    reach = places.span(request, node, access.APPROVE_ORDERS).customers
    decided = OrderApproval.objects.filter(quote__customer__in=reach).exclude(status=OrderApproval.Status.WAITING)
    related = ("quote__customer", "quote__asked_by", "quote__subscription__product", "decided_by")
    context = {
        "at": node,
        "form": form,
        "changes": details_shown.waiting_for(request.user, reach),
        "waiting": orders_shown.waiting(approvals.waiting_within(reach), viewer=request.user),
        "decided": orders_shown.decided(decided.select_related(*related).order_by("-decided_at", "-pk")[:DECIDED_SHOWN]),
    }
    return render(request, "portal/contracts/approvals.html", context, status=status)
