"""Winning customers: a prospect is added once, and becomes a customer by its first contract, under the number it had."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import admitting
from backoffice import overview, places, prospects_shown
from backoffice.forms.prospects import FirstContractForm, ProspectForm
from billing.amendments import first_contract
from window.refusals import refusals_shown_on


@declares(access.TEND_DATA)
@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Add a prospect, after a look at those like it."""
    form = ProspectForm(request.POST or None)
    alike: list[admitting.Likeness] = []
    if request.method == "POST" and form.is_valid():
        kind, name, said = form.cleaned_data["kind"].pk, form.cleaned_data["name"], form.facts
        is_new = form.cleaned_data["is_new"]
        with refusals_shown_on(form):
            alike = [] if is_new else admitting.alike(kind, {"name": name, **said})
            made = admitting.admit(actor=request.user, kind=kind, name=name, is_new=is_new, said=said, at=timezone.now())
            return redirect("backoffice:customer", made.number)
    context = {"form": form, "alike": alike}
    return render(request, "backoffice/customers/new.html", context, status=422 if request.method == "POST" else 200)


@declares(access.SIGN_CONTRACTS)
@require_http_methods(["GET", "POST"])
def first_contracts(request: HttpRequest, number: str) -> HttpResponse:
    """Choose what the first contract begins with, see its price, and sign it."""
    node = places.customer(request, number)
    today, told = places.today(node), None
    form = FirstContractForm(request.POST or None, customer=node, today=today)
    if request.method == "POST" and form.is_valid():
        given = {"customer": node, "terms": form.terms, "order": form.order, "at": timezone.now(), "today": today}
        with refusals_shown_on(form):
            if "sign" in request.POST:
                signed = first_contract.sign(actor=request.user, shown=form.shown, **given)
                messages.success(request, _("%(contract)s is signed.") % {"contract": signed.ref})
                return redirect("backoffice:customer", node.number)
            told = first_contract.rehearse(actor=request.user, **given)
    return _page(request, node, form, told)


def _page(request: HttpRequest, node: Customer, form: FirstContractForm, told: dict[str, Any] | None) -> HttpResponse:
    context = {"node": node, "form": form, "path": overview.path_to(node), "shown": prospects_shown.price(told) if told else None}
    context["alike"] = prospects_shown.known_as(node)
    refused = request.method == "POST" and told is None
    return render(request, "backoffice/customers/first_contract.html", context, status=422 if refused else 200)
