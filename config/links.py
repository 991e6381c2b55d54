"""Links in mails: `/to/ticket/T-1042/` leads each reader to that thing in the window they work in, wherever it stands there."""

from collections.abc import Mapping
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from accounts.people.routes import SIGNED_IN, declares
from config import sign_in

# For each kind of thing: its page in the portal and in the back office, which takes the thing's ref or shows all of its kind.
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "ticket": ("portal:ticket", "backoffice:ticket"),
    "document": ("portal:invoice", "backoffice:document"),
    "payment": ("portal:payment", ""),
    "receipt": ("portal:receipt", ""),
    "contract": ("portal:contract", ""),
    "credit": ("portal:wallet", "backoffice:customer_wallet"),
    "invoices": ("portal:invoices", ""),
    "methods": ("portal:methods", ""),
    "webhooks": ("portal:webhooks", ""),
    "details": ("portal:details", "backoffice:data"),
    "orders": ("portal:order_approvals", ""),
    "approvals": ("", "backoffice:approvals"),
    "problem": ("", "backoffice:problem"),
    "customer": ("portal:home", "backoffice:customer"),
    "finance": ("", "backoffice:inbox"),
    "billing_desk": ("", "backoffice:desk"),
}


@declares(SIGNED_IN)
@require_GET
def to(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Lead the reader of a mail on; whether they may see the thing is for its page to say."""
    if kind not in PAGES:
        raise Http404
    home = sign_in.home_of(request.user)
    in_portal, in_backoffice = PAGES[kind]
    page = in_backoffice if home == sign_in.BACKOFFICE else in_portal
    return redirect(_address(page, ref) or _address(page) or home)


def _address(page: str, *ref: str) -> str:
    """Return the address of a page, or nothing where the window has no such page."""
    try:
        return reverse(page, args=ref) if page else ""
    except NoReverseMatch:
        return ""
