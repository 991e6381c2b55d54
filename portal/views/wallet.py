"""Prepaid credit: what a customer holds, what moved it, and buying more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from billing.invoices import wallets
from portal import places, wallet_shown
from portal.forms.wallet import TopUpForm
from window.refusals import refusals_shown_on


@declares(access.SEE_MONEY)
@require_GET
def wallet(request: HttpRequest, number: str) -> HttpResponse:
    """Show the credit this customer holds and what moved it; who may pay can buy more."""
    node = places.node(request, number, access.SEE_MONEY)
    context = wallet_shown.page(request, node)
    return render(request, "portal/wallet/wallet.html", context | {"form": TopUpForm(held=context["held"])})


@declares(access.PAY)
@require_POST
def top_ups(request: HttpRequest, number: str) -> HttpResponse:
    """Buy credit: its invoice can be paid at once."""
    node = places.node(request, number, access.PAY)
    context = wallet_shown.page(request, node)
    form = TopUpForm(request.POST, held=context["held"])
    if form.is_valid():
        given = form.cleaned_data
        with refusals_shown_on(form):
            invoice = wallets.top_up(
                actor=request.user,
                customer=node,
                amount=given["amount"],
                on=places.today(node),
                at=timezone.now(),
                key=given["key"],
            )
            messages.success(request, _("Done: the credit is yours. Its invoice %(ref)s can be paid now.") % {"ref": invoice.ref})
            return redirect("portal:invoice", invoice.ref)
    return render(request, "portal/wallet/wallet.html", context | {"form": form}, status=422)
