"""Prepaid credit: who holds some; of a customer, what is held, what moved it, and an order for more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import places, wallets_shown
from backoffice.forms.wallets import CreditOrderForm
from billing.invoices import credit_orders as seconded
from billing.invoices import wallets
from billing.invoices.models import CreditOrder, Document
from window import spreadsheets
from window.refusals import refusals_shown_on


@declares(access.SEE_BOOKS)
@require_GET
def wallet_list(request: HttpRequest) -> HttpResponse:
    """Show everybody who holds credit with us, the most first."""
    return render(request, "backoffice/reports/credit.html", wallets_shown.everybodys(request.user))


@declares(access.SEE_BOOKS)
@require_GET
def wallet_sheet(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out who holds credit as a spreadsheet."""
    return spreadsheets.download(wallets_shown.sheet(request.user), name="credit.csv")


@declares(access.SEE_BACKOFFICE)
@require_GET
def customer_wallet(request: HttpRequest, number: str) -> HttpResponse:
    """Show the credit a customer bought ahead or was given, what it paid, and an order for more."""
    return _page(request, places.customer(request, number))


@declares(access.FULFIL_ORDERS)
@require_POST
def credit_orders(request: HttpRequest, number: str) -> HttpResponse:
    """Sell a customer credit; its invoice is issued at once, or the order waits for a second person."""
    node = places.customer(request, number)
    form = CreditOrderForm(request.POST, held=wallets.of(node, places.today(node)))
    if form.is_valid():
        given = form.cleaned_data
        with refusals_shown_on(form):
            made = seconded.place(
                actor=request.user, customer=node, amount=given["amount"], on=places.today(node), at=timezone.now(),
                key=given["key"], seller=given["wallet"].seller,
            )  # fmt: skip
            messages.success(request, _told(made))
            return redirect("backoffice:customer_wallet", node.number)
    return _page(request, node, form, status=422)


@declares(access.FULFIL_ORDERS)
@require_POST
def credit_order_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an order that waits."""
    order = get_object_or_404(seconded.visible_to(request.user), pk=pk)
    try:
        seconded.withdraw(actor=request.user, order=order, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:customer_wallet", order.customer.number)


def _told(made: Document | CreditOrder) -> str:
    if isinstance(made, Document):
        return _("Done: the credit is there. Its invoice is {ref}.").format(ref=made.ref)
    return _("Nothing is sold yet: {reason} Your order stands below, and a colleague decides.").format(reason=made.reason)


def _page(request: HttpRequest, node: Customer, form: CreditOrderForm | None = None, *, status: int = 200) -> HttpResponse:
    context = wallets_shown.page(request.user, node)
    fresh = CreditOrderForm(held=[shown.wallet for shown in context["wallets"]])
    return render(request, "backoffice/customers/wallet.html", context | {"form": form or fresh}, status=status)
