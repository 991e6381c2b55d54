"""The webhooks of a customer: which addresses are told what happens, whether it arrives, and sending it again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import UUIDField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import asks_again, declares
from accounts.webhooks import endpoints
from accounts.webhooks.models import WebhookEndpoint
from portal import places, webhooks_shown
from portal.forms.webhooks import WebhookForm
from window.refusals import refusals_shown_on


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest, number: str) -> HttpResponse:
    """List the addresses told of this customer, or register one; its secret is shown on the answer and never again."""
    node = places.node(request, number, access.MANAGE_PEOPLE)
    if request.method == "GET":
        return _page(request, node, WebhookForm())
    form = WebhookForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            made, secret = endpoints.register(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            return _page(request, node, WebhookForm(), made=made, secret=secret)
    return _page(request, node, form, status=422)


@declares(access.MANAGE_PEOPLE)
@require_http_methods(["GET"])
def webhook(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show one address, what was sent there lately and how each try went."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    return _one(request, found)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def webhook_secrets(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Change the secret of an address; the new one is shown on the answer and never again."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    try:
        changed, secret = endpoints.rotate(actor=request.user, endpoint=found, at=timezone.now())
    except Refusal as refusal:
        return _one(request, found, refusal=refusal.reason, status=422)
    return _one(request, changed, secret=secret)


@declares(access.MANAGE_PEOPLE)
@require_POST
def webhook_removals(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Tell an address nothing more."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    endpoints.remove(actor=request.user, endpoint=found, at=timezone.now())
    messages.success(request, _("%(url)s is told nothing more.") % {"url": found.url})
    return redirect("portal:webhooks", number)


@asks_again
@declares(access.MANAGE_PEOPLE)
@require_POST
def webhook_activations(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Switch an address on again."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    try:
        endpoints.enable(actor=request.user, endpoint=found, at=timezone.now())
    except Refusal as refusal:
        return _one(request, found, refusal=refusal.reason, status=422)
    words = _("%(url)s is told again what happens. What was missed can be sent again below.")
    messages.success(request, words % {"url": found.url})
    return redirect("portal:webhook", number, pk)


@declares(access.MANAGE_PEOPLE)
@require_POST
def webhook_trials(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Send an address a message that tells of nothing."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    try:
        endpoints.try_out(actor=request.user, endpoint=found, at=timezone.now())
    except Refusal as refusal:
        return _one(request, found, refusal=refusal.reason, status=422)
    messages.success(request, _("A trial message goes out within seconds. Load this page again to see how it went."))
    return redirect("portal:webhook", number, pk)


@declares(access.MANAGE_PEOPLE)
@require_POST
def webhook_redeliveries(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Send one message again, or all that were given up."""
    found = places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)
    try:
        chosen = [UUIDField().clean(request.POST["message"])] if request.POST.get("message") else None
        count = endpoints.redeliver(actor=request.user, endpoint=found, messages=chosen, at=timezone.now())
    except ValidationError:
        raise Http404 from None
    except Refusal as refusal:
        return _one(request, found, refusal=refusal.reason, status=422)
    words = ngettext("%(count)d message goes out again.", "%(count)d messages go out again.", count)
    messages.success(request, words % {"count": count})
    return redirect("portal:webhook", number, pk)


def _page(request: HttpRequest, node: Customer, form: WebhookForm, status: int = 200, **more: object) -> HttpResponse:
    context = {"at": node, "form": form, "rows": webhooks_shown.rows(node)} | more
    return render(request, "portal/organisation/webhooks.html", context, status=status)


def _one(request: HttpRequest, found: WebhookEndpoint, status: int = 200, **more: object) -> HttpResponse:
    context = {"at": request.node, "webhook": webhooks_shown.row(found), "sent": webhooks_shown.sent(found)} | more
    return render(request, "portal/organisation/webhook.html", context, status=status)
