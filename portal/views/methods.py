"""Ways to pay of a customer: keeping, checking, replacing and removing them, and paying by itself."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import asks_again, declares
from billing.payments import autopay as autopaying
from billing.payments import methods as kept_methods
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import Method
from billing.payments.models import PaymentMethod
from billing.payments.stripe import client
from portal import methods_shown, places
from portal.forms.methods import AutopayForm, CardForm, NewMethodForm, ScopeForm
from portal.views.cards import fields_page
from window.refusals import refusals_shown_on


@asks_again
@declares(access.PAY)
@require_http_methods(["GET", "POST"])
def methods(request: HttpRequest, number: str) -> HttpResponse:
    """List what this customer pays with, or keep another card."""
    node = places.node(request, number, access.PAY)
    if request.method == "GET":
        return _page(request, node)
    if client.is_on():
        raise Http404
    form = NewMethodForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            card, scope = _card(form, node), form.cleaned_data["scope"]
            kept = kept_methods.add(actor=request.user, customer=node, method=card, scope=scope, at=timezone.now())
            messages.success(request, _("%(card)s is kept and is the default now.") % {"card": kept.label})
            return redirect("portal:methods", node.number)
    return _page(request, node, status=422, card_form=form)


def _card(form: CardForm, node: Customer) -> Method:
    """Return what the gateway makes of the card entered.

    Raises:
        CardRefused: what was entered cannot be a card; its field says which input is at fault.
    """
    given = form.cleaned_data
    return sandbox.tokenise(given["number"], given["expiry"], on=places.today(node))


@asks_again
@declares(access.PAY)
@require_POST
def method_defaults(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a method first."""
    kept = places.method(request, pk)
    kept_methods.make_default(actor=request.user, kept=kept, at=timezone.now())
    messages.success(request, _("%(card)s is the default now.") % {"card": kept.label})
    return redirect("portal:methods", kept.customer.number)


@declares(access.PAY)
@require_POST
def method_checks(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the gateway whether a method works."""
    kept = places.method(request, pk)
    try:
        checked = kept_methods.verify(actor=request.user, kept=kept, at=timezone.now())
    except Refusal as refusal:
        return _page(request, kept.customer, status=422, refusal=refusal.reason)
    if checked.verified_at:
        messages.success(request, _("%(card)s works.") % {"card": kept.label})
    else:
        messages.warning(request, _("The gateway has no answer yet for %(card)s. Try again later.") % {"card": kept.label})
    return redirect("portal:methods", kept.customer.number)


@asks_again
@declares(access.PAY)
@require_POST
def method_removals(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a method, unless something still needs it."""
    kept = places.method(request, pk)
    try:
        kept_methods.remove(actor=request.user, kept=kept, at=timezone.now())
    except Refusal as refusal:
        return _page(request, kept.customer, status=422, refusal=refusal.reason)
    messages.success(request, _("%(card)s is no longer kept.") % {"card": kept.label})
    return redirect("portal:methods", kept.customer.number)


@asks_again
@declares(access.PAY)
@require_http_methods(["GET", "POST"])
def method_replacements(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the card that takes the place of a method."""
    kept = places.method(request, pk)
    by_stripe = client.is_on()
    if by_stripe and request.method == "POST":
        return fields_page(request, kept.customer, scope=kept.scope, replaces=kept)
    form = None if by_stripe else CardForm(request.POST or None)
    if form and form.is_valid():
        with refusals_shown_on(form):
            card = _card(form, kept.customer)
            new = kept_methods.replace(actor=request.user, kept=kept, method=card, at=timezone.now())
            messages.success(request, _("%(new)s took the place of %(old)s.") % {"new": new.label, "old": kept.label})
            return redirect("portal:methods", kept.customer.number)
    context = {"at": kept.customer, "kept": kept, "form": form}
    return render(request, "portal/payments/replacement.html", context, status=422 if form and form.errors else 200)


@asks_again
@declares(access.PAY)
@require_POST
def autopay(request: HttpRequest, number: str) -> HttpResponse:
    """Have invoices paid by themselves, or change how."""
    node = places.node(request, number, access.PAY)
    form = _autopay_form(node, request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            order = autopaying.set_up(actor=request.user, customer=node, terms=form.terms, at=timezone.now())
            messages.success(request, _("Automatic payment is on: %(words)s") % {"words": autopaying.words(order)})
            return redirect("portal:methods", node.number)
    return _page(request, node, status=422, autopay_form=form)


@declares(access.PAY)
@require_POST
def autopay_ends(request: HttpRequest, number: str) -> HttpResponse:
    """Pay nothing more by itself."""
    node = places.node(request, number, access.PAY)
    if order := autopaying.in_force_at(node):
        autopaying.switch_off(actor=request.user, order=order, at=timezone.now())
    messages.success(request, _("Automatic payment is off. Pay invoices yourself by their due day."))
    return redirect("portal:methods", node.number)


def _autopay_form(node: Customer, given: Any = None) -> AutopayForm:
    usable, order = kept_methods.usable_by(node, places.today(node)), autopaying.in_force_at(node)
    return AutopayForm(given, usable=usable, currency=node.currency, initial=AutopayForm.of(order))


def _page(request: HttpRequest, node: Customer, status: int = 200, **more: Any) -> HttpResponse:
    order = autopaying.in_force_for(node)
    context = {
        "at": node,
        "rows": methods_shown.rows(node, places.today(node)),
        "order": order,
        "order_words": autopaying.words(order) if order else "",
        "card_form": more.pop("card_form", None) or (ScopeForm() if client.is_on() else NewMethodForm()),
        "by_stripe": client.is_on(),
        "autopay_form": more.pop("autopay_form", None) or _autopay_form(node),
        "shared": PaymentMethod.Scope.SUBTREE,
        **more,
    }
    return render(request, "portal/payments/methods.html", context, status=status)
