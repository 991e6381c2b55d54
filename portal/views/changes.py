"""Changing a running contract: what and when, the exact price, one confirmation; and taking back what is still to come."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing.amendments import applying, limits, quoting
from billing.amendments.models import Quote
from billing.catalog import units
from billing.catalog.models import Plan
from billing.contracts import notice, state
from billing.contracts.models import Subscription
from billing.reports import quote_pdf
from portal import places, quotes_shown
from portal.forms.changes import ChangeForm
from portal.views import contracts
from window.downloads import download
from window.refusals import refusals_shown_on


@declares(access.CHANGE_CONTRACT)
@require_GET
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask what is to change, and from when; the address may say what the form starts with."""
    subscription = places.subscription(request, ref)
    asked = {name: request.GET[name] for name in ChangeForm.base_fields if name in request.GET}
    return _change_page(request, subscription, _form(subscription, asked=asked))


@declares(access.CHANGE_CONTRACT)
@require_POST
def quotes(request: HttpRequest, ref: str) -> HttpResponse:
    """Work out what the change costs; nothing is changed yet."""
    subscription = places.subscription(request, ref)
    today = places.today_under(subscription.contract)
    form = _form(subscription, request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            quote = quoting.quote(
                actor=request.user, subscription=subscription, change=form.change, at=timezone.now(), today=today
            )
            return redirect("portal:quote", quote.pk)
    return _change_page(request, subscription, form, status=422)


@declares(access.CHANGE_CONTRACT)
@require_GET
def quote(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show the price of a change, line by line, with the one button that makes it so; once made, the contract."""
    found = places.quote(request, token)
    if found.status == Quote.Status.APPLIED:
        return redirect("portal:contract", found.contract.ref)
    return _quote_page(request, found)


@declares(access.CHANGE_CONTRACT)
@require_GET
def quote_file(request: HttpRequest, token: UUID) -> HttpResponse:
    """Hand over a quote as PDF, with the moment until which its price holds."""
    found = places.quote(request, token)
    language = get_language() or "en"
    content = quote_pdf.pdf_of(found, quotes_shown.in_words(found), language, at=timezone.now())
    return download(content, name=f"{found.contract.ref}-quote.pdf", content_type="application/pdf")


@declares(access.CHANGE_CONTRACT)
@require_POST
def applications(request: HttpRequest, token: UUID) -> HttpResponse:
    """Make the quoted change at exactly the quoted price, or have it wait for an administrator."""
    found = places.quote(request, token)
    try:
        applied = applying.apply(actor=request.user, token=token, at=timezone.now(), today=places.today_under(found.contract))
    except Refusal as refusal:
        return _quote_page(request, found, refusal=refusal.reason, status=422)
    if applied.status == Quote.Status.ASKED:
        return redirect("portal:quote", found.pk)
    messages.success(request, quotes_shown.done(applied))
    return redirect("portal:contract", found.contract.ref)


@declares(access.CHANGE_CONTRACT)
@require_POST
def undos(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a change that is still to come."""
    event = places.event(request, pk)
    today = places.today_under(event.subscription.contract)
    try:
        applying.undo_scheduled(actor=request.user, event=event, at=timezone.now(), today=today)
    except Refusal as refusal:
        return contracts.contract_page(request, event.subscription.contract.ref, refusal=refusal.reason, status=422)
    messages.success(request, _("Taken back. Everything stays as it is."))
    return redirect("portal:contract", event.subscription.contract.ref)


def _form(subscription: Subscription, given: QueryDict | None = None, asked: dict[str, str] | None = None) -> ChangeForm:
    today = places.today_under(subscription.contract)
    versions = quoting.plans_to_choose(subscription, today)
    plans = Plan.objects.filter(pk__in=[version.plan_id for version in versions]).order_by("rank", "pk")
    standing = state.as_of(subscription, today)
    first = ChangeForm.offered(standing.status)[0]
    start = {"what": first, "quantity": standing.quantity, "plan": standing.plan.code, "on": today}
    earliest = notice.earliest_end(subscription.contract, today)
    return ChangeForm(given, plans=plans, status=standing.status, earliest_end=earliest, initial=start | (asked or {}))


def _change_page(request: HttpRequest, subscription: Subscription, form: ChangeForm, status: int = 200) -> HttpResponse:
    today = places.today_under(subscription.contract)
    context = {
        "subscription": subscription,
        "state": state.as_of(subscription, today),
        "prices": quotes_shown.prices(quoting.plans_to_choose(subscription, today), subscription.product.unit_name),
        "form": form,
        "units": units.several(subscription.product.unit_name),
        "steps": quotes_shown.STEPS,
    }
    return render(request, "portal/contracts/change.html", context, status=status)


def _quote_page(request: HttpRequest, found: Quote, refusal: str = "", status: int = 200) -> HttpResponse:
    waits = found.status in (Quote.Status.ASKED, Quote.Status.REFUSED)
    context = {
        "quote": found,
        "shown": quotes_shown.of(found),
        "is_late": timezone.now() >= found.expires_at,
        "refusal": refusal,
        "steps": quotes_shown.STEPS,
        "approval": found.approval if waits else None,
        "limit": limits.decide_on(request.user, found, timezone.now()),
        "instead": None if waits else quotes_shown.instead_of(found, today=places.today_under(found.contract)),
    }
    return render(request, "portal/contracts/quote.html", context, status=status)
