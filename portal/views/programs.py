"""The programs of a customer: which keys there are, what each may do, making one and ending one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, keys
from accounts.people.routes import asks_again, declares
from portal import places
from portal.forms.programs import KeyForm
from window.refusals import refusals_shown_on


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def programs(request: HttpRequest, number: str) -> HttpResponse:
    """List the keys of this customer, or make one; its secret is shown on the answer and never again."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    if request.method == "GET":
        return _page(request, node, KeyForm())
    form = KeyForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            made, secret = keys.make(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            return _page(request, node, KeyForm(), made=made, secret=secret)
    return _page(request, node, form, status=422)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def key_revocations(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """End a key at once."""
    return _do(request, number, pk, keys.revoke, _("%(program)s no longer has a key."))


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def key_adoptions(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Answer for a key whose maker no longer does."""
    return _do(request, number, pk, keys.adopt, _("The key of %(program)s works; you answer for it."))


def _do(request: HttpRequest, number: str, pk: int, use_case: Callable[..., object], said: str) -> HttpResponse:
    """Carry out what is done to one key and say so; where a rule refuses, say why above the list."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    key = places.api_key(node, pk)
    try:
        use_case(actor=request.user, key=key, at=timezone.now())
    except Refusal as refusal:
        return _page(request, node, KeyForm(), refusal=refusal.reason, status=422)
    messages.success(request, said % {"program": key.name})
    return redirect("portal:programs", node.number)


def _page(request: HttpRequest, node: Customer, form: KeyForm, status: int = 200, **more: object) -> HttpResponse:
    found = list(keys.in_force(node, timezone.now()))
    context = {"at": node, "form": form, "keys": found, "stopped": keys.without_anybody(found)} | more
    return render(request, "portal/organisation/programs.html", context, status=status)
