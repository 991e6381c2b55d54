"""Cards entered in Stripe's fields, and payments that wait for the word of the bank."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import asks_again, declares
from billing.payments import collecting
from billing.payments.models import PaymentMethod
from billing.payments.stripe import confirming, setups
from portal import places
from portal.forms.methods import ScopeForm
from window.hosted import with_hosted_fields


@asks_again
@declares(access.PAY)
@require_POST
def setups_begun(request: HttpRequest, number: str) -> HttpResponse:
    """Open Stripe's fields for another card."""
    node = places.node(request, number, access.PAY)
    form = ScopeForm(request.POST)
    return fields_page(request, node, scope=form.cleaned_data["scope"] if form.is_valid() else PaymentMethod.Scope.NODE)


def fields_page(
    request: HttpRequest, node: Customer, *, scope: str = PaymentMethod.Scope.NODE, replaces: PaymentMethod | None = None
) -> HttpResponse:
    """Show Stripe's fields for a card of this customer; where they cannot be had, say why."""
    back_url = reverse("portal:methods", args=[node.number])
    try:
        opened = setups.begin(actor=request.user, customer=node, scope=scope, replaces=replaces)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(back_url)
    context = {
        "at": node, "opened": opened, "back_url": back_url, "return_url": request.build_absolute_uri(back_url),
        "stripe_key": settings.STRIPE_PUBLISHABLE_KEY,
    }  # fmt: skip
    return with_hosted_fields(render(request, "portal/payments/setup.html", context))


@declares(access.PAY)
@require_POST
def setup_results(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the card that was entered, if Stripe says so."""
    node = places.node(request, number, access.PAY)
    try:
        kept = setups.finish(actor=request.user, number=request.POST.get("setup", "")[:80], at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("portal:methods", node.number)
    messages.success(request, _("%(card)s is kept.") % {"card": kept.label})
    return redirect("portal:methods", kept.customer.number)


@declares(access.PAY)
@require_POST
def payment_checks(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask what became of a payment after the bank was answered."""
    payment = places.payment_to_make(request, ref)
    collecting.hear(payment, timezone.now())
    return redirect("portal:payment", payment.ref)


@declares(access.PAY)
@require_POST
def payment_abandonments(request: HttpRequest, ref: str) -> HttpResponse:
    """Give up a payment that waits for the bank's word."""
    payment = places.payment_to_make(request, ref)
    confirming.abandon(actor=request.user, payment=payment, at=timezone.now())
    return redirect("portal:payment", payment.ref)
