"""Privacy: what we hold about you and your organisation as a file, and the wish to be forgotten."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import tasks
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import asks_again, declares
from accounts.privacy import erasing, exporting
from accounts.privacy.models import Erasure, Export
from portal import places
from window.downloads import download


@declares(access.SEE_CUSTOMER)
@require_GET
def privacy(request: HttpRequest, number: str) -> HttpResponse:
    """Show what one can ask for, what was asked, and what is ready to fetch."""
    return _page(request, places.node(request, number))


@asks_again
@declares(access.SEE_CUSTOMER)
@require_POST
def exports(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for everything about oneself, or about the customer and all below it."""
    node, at = places.node(request, number), timezone.now()
    try:
        if request.POST.get("what") == "customer":
            exporting.ask_for_customer(actor=request.user, customer=node, at=at)
        else:
            exporting.ask_for_person(actor=request.user, person=request.user, at=at)
    except Refusal as refusal:
        return _page(request, node, refusal=refusal.reason, status=422)
    tasks.tend_privacy.delay()
    messages.success(request, _("Your file is being prepared. It will be here in a minute."))
    return redirect("portal:privacy", node.number)


@asks_again
@declares(access.SEE_CUSTOMER)
@require_POST
def erasures(request: HttpRequest, number: str) -> HttpResponse:
    """Ask to be forgotten."""
    node, reason = places.node(request, number), request.POST.get("reason", "")
    try:
        erasing.ask(actor=request.user, person=request.user, reason=reason, at=timezone.now())
    except Refusal as refusal:
        return _page(request, node, refusal=refusal.reason, status=422)
    tasks.tend_privacy.delay()
    messages.success(request, _("We have your wish. One of our people looks at it and confirms it."))
    return redirect("portal:privacy", node.number)


@declares(access.SEE_CUSTOMER)
@require_GET
def export(request: HttpRequest, token: UUID) -> HttpResponse:
    """Hand out the file, to whoever asked for it and may still have it."""
    found = exporting.to_fetch(token, viewer=request.user, at=timezone.now())
    if found is None:
        raise Http404
    return download(bytes(found.content), name=f"accord-{timezone.localdate(found.ready_at)}.zip", content_type="application/zip")


def _page(request: HttpRequest, node: Customer, *, refusal: str = "", status: int = 200) -> HttpResponse:
    own = Export.objects.filter(asked_by=request.user).defer("content").select_related("customer", "person")
    context = {
        "at": node,
        "refusal": refusal,
        "exports": own[:10],
        "now": timezone.now(),
        "erasure": Erasure.objects.filter(person=request.user).first(),
        "may_export": places.standing(request, node).may(access.MANAGE_PEOPLE),
    }
    return render(request, "portal/organisation/privacy.html", context, status=status)
