"""Paying open invoices, and what became of each payment."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from billing.anomalies import offering_back
from billing.invoices import selectors as invoice_selectors
from billing.invoices.models import Document
from billing.payments import selectors as payment_selectors
from billing.payments.models import Payment
from billing.payments.stripe import confirming
from portal import paying, places
from portal.forms.payments import PaymentForm
from window.hosted import with_hosted_fields
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.PAY)
@require_GET
def new_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is about to be paid and ask for the card."""
    node = places.node(request, number, access.PAY)
    checkout = paying.checkout(request.user, _chosen(request, node))
    form = PaymentForm(kept=checkout.kept_methods, initial={"confirmed": checkout.total and checkout.total.amount_minor})
    return _checkout_page(request, node, checkout, form)


@declares(access.SEE_MONEY)
@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest, number: str) -> HttpResponse:
    """List the payments of this customer and below it, or pay."""
    if request.method == "POST":
        return _pay(request, places.node(request, number, access.PAY))
    node = places.node(request, number, access.SEE_MONEY)
    span = places.span(request, node)
    made = payment_selectors.with_what_went_back(Payment.objects.filter(payer__in=span.customers))
    return render(
        request,
        "portal/payments/payments.html",
        {
            "at": node,
            "span": span,
            "page": page_of(request, made.select_related("payer", "paid_by"), newest_by="started_at"),
            "offers": offering_back.offers(span.customers, viewer=request.user, at=timezone.now()),
            "may_pay": places.standing(request, node).may(access.PAY),
        },
    )


def _pay(request: HttpRequest, node: Customer) -> HttpResponse:
    chosen = _chosen(request, node)
    checkout = paying.checkout(request.user, chosen)
    form = PaymentForm(request.POST, kept=checkout.kept_methods)
    if form.is_valid():
        with refusals_shown_on(form):
            payment = _paid(request, node, form, chosen)
            if payment.status != Payment.Status.DECLINED:
                return redirect("portal:payment", payment.ref)
            form.decline(_("%(reason)s Nothing was charged. Try another card.") % {"reason": payment.decline_reason})
    return _checkout_page(request, node, checkout, form, status=422)


def _paid(request: HttpRequest, node: Customer, form: PaymentForm, documents: list[Document]) -> Payment:
    at, given = timezone.now(), form.cleaned_data
    part = paying.part_of(documents, given["amount"], given["why"])
    method = paying.method_of(form, on=places.today(node))
    payment = paying.pay(
        actor=request.user, documents=documents, method=method, key=given["key"], at=at, confirmed_minor=given["confirmed"],
        part=part,
    )  # fmt: skip
    if given["keep"]:
        paying.keep(actor=request.user, payment=payment, method=method, at=at)
    return payment


@declares(access.SEE_MONEY)
@require_GET
def payment(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what became of a payment: the whole page, or only the outcome when it is asked for again."""
    found = places.payment(request, ref)
    shares = found.shares.select_related("document__customer").order_by("document__due_on", "pk")
    template = "portal/payments/_outcome.html" if request.htmx else "portal/payments/payment.html"
    may_confirm = request.viewing is None and places.standing(request, found.payer).may(access.PAY).allowed
    secret = confirming.secret_for(found) if may_confirm else ""
    context = {"payment": found, "shares": shares, "node_number": found.payer.number}
    context |= {"confirm_secret": secret, "stripe_key": settings.STRIPE_PUBLISHABLE_KEY}
    context["offer"] = offering_back.of_payment(found, viewer=request.user, at=timezone.now()) if found.settled_at else None
    page = render(request, template, context)
    return with_hosted_fields(page) if secret else page


def _chosen(request: HttpRequest, node: Customer) -> list[Document]:
    """Return the invoices chosen, of those the visitor may pay; without a choice all that is open.

    All that is open at the node and below it, or (`?currency=EUR`) what is in one currency.
    """
    refs = (request.POST or request.GET).getlist("documents")
    if not refs:
        due = invoice_selectors.open_for(places.span(request, node, access.PAY).customers).select_related("customer")
        currency = request.GET.get("currency")
        return list(due.filter(currency=currency) if currency else due)
    return places.payable(request, refs)


def _checkout_page(
    request: HttpRequest, node: Customer, checkout: paying.Checkout, form: PaymentForm, status: int = 200
) -> HttpResponse:
    context = {"at": node, "checkout": checkout, "form": form}
    return render(request, "portal/payments/new_payment.html", context, status=status)
