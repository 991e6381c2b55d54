"""Direct debit mandates of a customer: which are in force, signing one and revoking one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import asks_again, declares
from billing.payments.sepa import mandates as sepa_mandates
from billing.payments.sepa.models import Mandate
from portal import places
from portal.forms.mandates import MandateForm
from window.refusals import refusals_shown_on


@asks_again
@declares(access.PAY)
@require_http_methods(["GET", "POST"])
def mandates(request: HttpRequest, number: str) -> HttpResponse:
    """List the mandates of this customer, or sign one."""
    node = places.node(request, number, access.PAY)
    sellers = sepa_mandates.sellers_for(node)
    if request.method == "GET":
        return _page(request, node, MandateForm(sellers=sellers, initial={"holder": node.name}))
    form = MandateForm(request.POST, sellers=sellers)
    if form.is_valid():
        with refusals_shown_on(form):
            signed = sepa_mandates.sign(actor=request.user, customer=node, at=timezone.now(), **form.terms)
            messages.success(request, _("Mandate %(ref)s is in force: choose it when you pay.") % {"ref": signed.ref})
            return redirect("portal:mandates", node.number)
    return _page(request, node, form, status=422)


@asks_again
@declares(access.PAY)
@require_POST
def mandate_revocations(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take a mandate back."""
    node = places.node(request, number, access.PAY)
    mandate = get_object_or_404(Mandate, customer=node, pk=pk)
    sepa_mandates.revoke(actor=request.user, mandate=mandate, at=timezone.now())
    messages.success(request, _("Mandate %(ref)s is revoked.") % {"ref": mandate.ref})
    return redirect("portal:mandates", node.number)


def _page(request: HttpRequest, node: Customer, form: MandateForm, status: int = 200) -> HttpResponse:
    found = Mandate.objects.filter(customer=node).select_related("seller", "signed_by").order_by("-pk")
    rows = [{"mandate": mandate, "account": sepa_mandates.masked(mandate.iban)} for mandate in found]
    return render(request, "portal/payments/mandates.html", {"at": node, "form": form, "rows": rows}, status=status)
