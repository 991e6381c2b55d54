"""What is overdue: promising a day, agreeing to pay in parts, and taking a dispute back."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing.dunning import disputes, pausing, plans
from billing.invoices import selectors
from billing.invoices.models import Document
from portal import places
from portal.forms.overdue import PlanForm, PromiseForm
from window import formats
from window.refusals import refusals_shown_on

MOST_CHOICES = 100


@declares(access.PAY)
@require_POST
def promises(request: HttpRequest, ref: str) -> HttpResponse:
    """Say on which day an invoice will be paid."""
    document = places.document_to_pay(request, ref)
    form = PromiseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day on which you pay."))
        return redirect("portal:invoice", document.ref)
    day = form.cleaned_data["pay_on"]
    try:
        today = places.today(document.customer)
        pausing.promise(actor=request.user, document=document, pay_on=day, at=timezone.now(), today=today)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Thank you. Until %(day)s we ask for nothing more.") % {"day": formats.day(day)})
    return redirect("portal:invoice", document.ref)


@declares(access.PAY)
@require_http_methods(["GET", "POST"])
def payment_plans(request: HttpRequest, number: str) -> HttpResponse:
    """List the payment plans of this customer, or agree on one."""
    node = places.node(request, number, access.PAY)
    owed = selectors.open_for([node])
    if request.method == "GET":
        start = {"documents": request.GET.getlist("documents"), "first_on": places.today(node) + timedelta(days=7)}
        return _page(request, node, PlanForm(choices=_choices(plans.not_planned(owed)), initial=start))
    form = PlanForm(request.POST, choices=_choices(owed))  # what is in a plan by now is refused in words
    if form.is_valid():
        with refusals_shown_on(form):
            given = form.cleaned_data | {"documents": places.payable(request, form.cleaned_data["documents"])}
            plans.agree(actor=request.user, at=timezone.now(), today=places.today(node), **given)
            messages.success(request, _("Agreed. While the parts come on time, nothing more is asked for."))
            return redirect("portal:payment_plans", node.number)
    return _page(request, node, form, status=422)


@declares(access.REQUEST_CHANGES)
@require_POST
def dispute_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a dispute back: the line is asked for again."""
    dispute = places.dispute(request, pk)
    try:
        disputes.withdraw(actor=request.user, dispute=dispute, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("portal:invoice", dispute.line.document.ref)


def _choices(documents: QuerySet[Document]) -> list[tuple[str, str]]:
    """Return invoices as choices; each says what is open and since when it is due."""
    return [
        (document.ref, _("%(ref)s: %(amount)s, due %(day)s") % {
            "ref": document.ref, "amount": formats.amount(document.open_minor, document.currency),
            "day": formats.day(document.due_on),
        })
        for document in documents[:MOST_CHOICES]
    ]  # fmt: skip


def _page(request: HttpRequest, node: Customer, form: PlanForm, status: int = 200) -> HttpResponse:
    reach = access.customers_within_reach(request.user, access.PAY)
    agreed = [plans.progress(plan) for plan in plans.of_customers(reach.filter(pk=node.pk))]
    return render(request, "portal/invoices/plans.html", {"at": node, "form": form, "plans": agreed}, status=status)
