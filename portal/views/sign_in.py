"""How the people of a customer sign in: its providers, the mail domains that lead there, and who comes in without them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import asks_again, declares
from accounts.single_sign_on import domains, providers
from accounts.single_sign_on.models import SignInProvider
from portal import places, sign_in_shown
from portal.forms.sign_in import DomainForm, UseForm
from window.refusals import refusals_shown_on


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, number: str) -> HttpResponse:
    """List the providers of this customer, or set one up; it is off until it is put to use."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    form = sign_in_shown.new(request, node, request.POST.get("protocol") or request.GET.get("protocol", ""))
    if form.is_bound and form.is_valid():
        with refusals_shown_on(form):
            made = providers.set_up(actor=request.user, customer=node, terms=form.terms(node), at=timezone.now())
            messages.success(request, _("%(name)s is set up. It is off until you put it to use.") % {"name": made.name})
            return redirect("portal:sign_in_provider", node.number, made.ref)
    context = {"at": node, "rows": sign_in_shown.rows(request, node), "form": form}
    return render(request, "portal/sign_in/sign_in.html", context, status=422 if form.is_bound else 200)


@declares(access.MANAGE_PEOPLE)
@require_GET
def sign_in_provider(request: HttpRequest, number: str, ref: str) -> HttpResponse:
    """Show one provider: what to enter there, its domains with their records, and who comes in without it."""
    return _page(request, _provider(request, number, ref))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def sign_in_terms(request: HttpRequest, number: str, ref: str) -> HttpResponse:
    """Change what is said about a provider."""
    held = _provider(request, number, ref)
    form = sign_in_shown.changed(request, held, request.POST, request.FILES)
    return _do(request, held, form, lambda act: providers.change(provider=held, terms=form.terms(held.customer), **act))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def sign_in_uses(request: HttpRequest, number: str, ref: str) -> HttpResponse:
    """Switch a provider off, offer it, or make it the only way."""
    held, form = _provider(request, number, ref), UseForm(request.POST)
    return _do(request, held, form, lambda act: providers.put_to_use(provider=held, **form.cleaned_data, **act))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def sign_in_domains(request: HttpRequest, number: str, ref: str) -> HttpResponse:
    """Claim a mail domain; the page says which record proves it."""
    held, form = _provider(request, number, ref), DomainForm(request.POST)
    return _do(request, held, form, lambda act: domains.claim(provider=held, **form.cleaned_data, **act))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def domain_verifications(request: HttpRequest, number: str, ref: str, pk: int) -> HttpResponse:
    """Look the record of a domain up and verify the domain by it."""
    held = _provider(request, number, ref)
    found = places.mail_domain(held, pk)
    return _do(request, held, None, lambda act: domains.verify(domain=found, **act))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def domain_releases(request: HttpRequest, number: str, ref: str, pk: int) -> HttpResponse:
    """Let a domain lead nowhere again."""
    held = _provider(request, number, ref)
    found = places.mail_domain(held, pk)
    return _do(request, held, None, lambda act: domains.release(domain=found, **act))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def sign_in_administrators(request: HttpRequest, number: str, ref: str) -> HttpResponse:
    """Name an administrator who still comes in when the provider fails."""
    held = _provider(request, number, ref)
    form = sign_in_shown.naming(request, held, request.POST)

    def name(act: dict[str, Any]) -> object:
        return providers.name_administrator(provider=held, user=form.cleaned_data["user"].user, **act)

    return _do(request, held, form, name)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def administrator_removals(request: HttpRequest, number: str, ref: str, pk: int) -> HttpResponse:
    """Take a naming back."""
    held = _provider(request, number, ref)
    found = places.named_administrator(held, pk)
    return _do(request, held, None, lambda act: providers.unname_administrator(named=found, **act))


def _provider(request: HttpRequest, number: str, ref: str) -> SignInProvider:
    node = places.node(request, number, access.MANAGE_PEOPLE)
    return get_object_or_404(places.sign_in_providers(request).filter(customer=node), ref=ref)


def _do(
    request: HttpRequest, held: SignInProvider, form: forms.Form | None, use_case: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Carry a use case out and show the provider as it is then; where a rule refuses, say why where it was asked."""
    asked = form or forms.Form({})
    if asked.is_valid():
        with refusals_shown_on(asked):
            use_case({"actor": request.user, "at": timezone.now()})
            return redirect("portal:sign_in_provider", held.customer.number, held.ref)
    return _page(request, held, form, refusal="" if form else asked.non_field_errors()[0], status=422)


def _page(
    request: HttpRequest, held: SignInProvider, bound: forms.Form | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = sign_in_shown.of(request, held, bound) | {"refusal": refusal}
    return render(request, "portal/sign_in/provider.html", context, status=status)
