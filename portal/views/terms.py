"""Changing the terms of a contract: old and new side by side, then a signature; every version stays to be compared."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from billing.amendments import new_terms
from billing.contracts.models import Contract
from portal import places, terms_shown
from portal.forms.terms import TermsForm
from window.refusals import refusals_shown_on


@declares(access.CHANGE_CONTRACT)
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose new terms, and see what they change before anybody signs."""
    agreed = _changeable(request, ref)
    form = _form(request, agreed)
    compared = _compared(request, agreed, form) if request.method == "POST" else None
    return _page(request, agreed, form, compared, status=422 if form.errors else 200)


@declares(access.CHANGE_CONTRACT)
@require_POST
def signatures(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign the terms that were compared."""
    agreed = _changeable(request, ref)
    form, today = _form(request, agreed), places.today_under(agreed)
    if form.is_valid() and not form.cleaned_data["signed_name"]:
        form.add_error("signed_name", _("Write your name to sign."))
    elif form.is_valid():
        with refusals_shown_on(form):
            new_terms.sign(
                actor=request.user,
                contract=agreed,
                wanted=form.terms,
                signed_name=form.cleaned_data["signed_name"],
                today=today,
                at=timezone.now(),
            )
            messages.success(request, _("Signed. The new terms hold from today."))
            return redirect("portal:contract", ref)
    return _page(request, agreed, form, _compared(request, agreed, form), status=422)


def _compared(request: HttpRequest, agreed: Contract, form: TermsForm) -> new_terms.Comparison | None:
    """Return what the form would change; none when it cannot be had, and the form says why."""
    if form.is_bound and set(form.errors) <= {"signed_name"}:
        with refusals_shown_on(form):
            return new_terms.compare(actor=request.user, contract=agreed, wanted=form.terms, today=places.today_under(agreed))
    return None


def _changeable(request: HttpRequest, ref: str) -> Contract:
    found = places.contract(request, ref)
    if not access.customers_within_reach(request.user, access.CHANGE_CONTRACT).filter(pk=found.customer_id).exists():
        raise Http404
    return found


def _form(request: HttpRequest, agreed: Contract) -> TermsForm:
    lengths = new_terms.lengths_offered(agreed, places.today_under(agreed))
    return TermsForm(request.POST or None, contract=agreed, lengths=lengths)


def _page(
    request: HttpRequest, agreed: Contract, form: TermsForm, compared: new_terms.Comparison | None, status: int
) -> HttpResponse:  # fmt: skip
    context = {
        "contract": agreed,
        "form": form,
        "compared": terms_shown.of(compared) if compared else None,
        "may_sign": new_terms.may_sign(request.user, agreed, compared) if compared else None,
        "versions": terms_shown.versions(agreed),
    }
    return render(request, "portal/contracts/terms.html", context, status=status)
