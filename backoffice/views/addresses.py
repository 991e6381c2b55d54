"""Addresses of a customer: kept for a purpose and for days, and ended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers import addresses
from accounts.customers.models import Address, Customer
from accounts.people import access
from accounts.people.routes import declares
from backoffice import overview, places
from backoffice.forms.addresses import AddressEndForm, AddressForm
from window.refusals import refusals_shown_on


@declares(access.TEND_DATA)
@require_http_methods(["GET", "POST"])
def customer_addresses(request: HttpRequest, number: str) -> HttpResponse:
    """Show the addresses of a customer, and keep another."""
    node, now = places.customer(request, number), timezone.now()
    if request.method != "POST":
        return _page(request, node, AddressForm(initial={"since": places.today(node).isoformat(), "country": node.country}))
    form = AddressForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            addresses.keep(actor=request.user, customer=node, at=now, **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("backoffice:customer_addresses", node.number)
    return _page(request, node, form, status=422)


@declares(access.TEND_DATA)
@require_POST
def address_endings(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an address hold no more from a day."""
    kept = get_object_or_404(Address.objects.select_related("customer__kind"), pk=pk)
    form = AddressEndForm(request.POST)
    if form.is_valid():
        addresses.end(actor=request.user, address=kept, on=form.cleaned_data["on"], at=timezone.now())
        return redirect("backoffice:customer_addresses", kept.customer.number)
    return _page(request, kept.customer, AddressForm(), status=422)


def _page(request: HttpRequest, node: Customer, form: AddressForm, *, status: int = 200) -> HttpResponse:
    context = {
        "node": node,
        "path": overview.path_to(node),
        "form": form,
        "addresses": addresses.of_customer(node),
        "today": places.today(node),
    }
    return render(request, "backoffice/customers/addresses.html", context, status=status)
