"""Links in mails: `/to/ticket/T-1042/` leads each reader to that thing in the window they work in, wherever it stands there."""

from collections.abc import Mapping
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from accounts.people.routes import SIGNED_IN, declares
from config import sign_in

# For each kind of thing: its page in the portal and in the back office, and whether the page takes the thing's ref.
PAGES: Final[Mapping[str, tuple[str, str, bool]]] = {
    "ticket": ("portal:ticket", "backoffice:ticket", True),
    "document": ("portal:invoice", "backoffice:document", True),
    "payment": ("portal:payment", "", True),
    "receipt": ("portal:receipt", "", True),
    "contract": ("portal:contract", "", True),
    "invoices": ("portal:invoices", "", True),
    "methods": ("portal:methods", "", True),
    "webhooks": ("portal:webhooks", "", True),
    "details": ("portal:details", "", True),
    "orders": ("portal:order_approvals", "", True),
    "approvals": ("", "backoffice:approvals", False),
    "problem": ("", "backoffice:problem", True),
    "customer": ("portal:home", "backoffice:customer", True),
    "finance": ("", "backoffice:inbox", False),
    "billing_desk": ("", "backoffice:desk", False),
}


@declares(SIGNED_IN)
@require_GET
def to(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Lead the reader of a mail on; whether they may see the thing is for its page to say."""
    if kind not in PAGES:
        raise Http404
    home = sign_in.home_of(request.user)
    in_portal, in_backoffice, takes_ref = PAGES[kind]
    page = in_backoffice if home == sign_in.BACKOFFICE else in_portal
    return redirect(_address(page, ref if takes_ref else "") or home)


def _address(page: str, ref: str) -> str:
    """Return the address of a page, or nothing where the window has no such page."""
    try:
        return reverse(page, args=[ref] if ref else []) if page else ""
    except NoReverseMatch:
        return ""
