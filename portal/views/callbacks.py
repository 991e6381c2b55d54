"""Call-backs: ask to be called within our hours, see how it stands, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from portal import chats_shown, contact, places
from portal.contact import About
from portal.forms.chats import CallForm
from support.channels import callbacks as calls
from support.channels.models import CallBack
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.ASK_FOR_HELP)
@require_http_methods(["GET", "POST"])
def callbacks(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form for a call with the windows we offer and the calls wanted so far; or ask for one."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    sent = request.POST if request.method == "POST" else request.GET
    came_from = {"page": sent.get("page", "")[:40], "ref": sent.get("ref", "")[:40]}
    about = contact.about(request, *came_from.values())
    places.stand_at(request, node)
    windows = calls.windows(node, timezone.now())
    if request.method == "GET":
        form = CallForm(windows=windows, initial=came_from | {"topic": about.words, "phone": node.phone})
        return _page(request, node, form, about)
    form = CallForm(request.POST, windows=windows)
    if form.is_valid():
        with refusals_shown_on(form):
            return redirect("portal:ticket", _ask(request, node, form, about).ticket.ref)
    return _page(request, node, form, about, status=422)


def _ask(request: HttpRequest, node: Customer, form: CallForm, about: About) -> CallBack:
    given = {"actor": request.user, "wish": form.wish, "key": form.cleaned_data["key"], "at": timezone.now()}
    if about.ticket:
        return calls.ask_on(ticket=about.ticket, **given)
    return calls.ask(customer=node, **given, **({"document": about.document} if about.document else {}))


def _page(request: HttpRequest, node: Customer, form: CallForm, about: About, status: int = 200) -> HttpResponse:
    span = places.span(request, node, access.SEE_CUSTOMER)
    wanted = calls.visible_to(request.user).filter(ticket__customer__in=span.customers)
    page, at = page_of(request, wanted, newest_by="asked_at"), timezone.now()
    rows = [chats_shown.call(callback, at) for callback in page.rows]
    context = {"at": node, "form": form, "about": about, "page": page, "rows": rows}
    return render(request, "portal/chats/callbacks.html", context, status=status)


@declares(access.ASK_FOR_HELP)
@require_POST
def callback_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the wish for a call back."""
    found = places.callback(request, pk)
    try:
        calls.withdraw(actor=request.user, callback=found, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("portal:ticket", found.ticket.ref)
