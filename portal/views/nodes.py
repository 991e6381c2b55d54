"""Going elsewhere: the customer switcher and the search that is always at hand."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.people.routes import declares
from billing.invoices import selectors as invoice_selectors
from portal import places
from support.tickets import threads

MOST = 8
Option = dict[str, str]


@declares(access.SEE_CUSTOMER)
@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    """Answer the switcher: customers within reach whose name or number holds what was typed."""
    return _answered(request, _customers(request.user, _typed(request)))


@declares(access.SEE_CUSTOMER)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Answer the search: customers, invoices and tickets within reach."""
    words = _typed(request)
    found = _customers(request.user, words)
    return _answered(request, [*found, *_invoices(request.user, words), *_tickets(request.user, words)] if words else found)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


def _answered(request: HttpRequest, options: list[Option]) -> HttpResponse:
    context = {"options": options, "query": _typed(request)}
    if request.htmx:
        return render(request, "components/node_options.html", context)
    if highest := places.highest(request):
        places.stand_at(request, highest)
    return render(request, "portal/search.html", context)


def _customers(viewer: User, words: str) -> list[Option]:
    reach = access.customers_within_reach(viewer)
    found = reach.filter(Q(name__icontains=words) | Q(number__iexact=words)) if words else reach
    shown = list(found.select_related("kind").order_by("tree_id", "lft")[:MOST])
    above = dict(reach.filter(pk__in={customer.parent_id for customer in shown}).values_list("pk", "name"))
    return [_option(customer, above.get(customer.parent_id, "")) for customer in shown]


def _option(customer: Customer, above: str) -> Option:
    """Describe a customer; what it stands under is named only if the viewer may see that."""
    path = " · ".join(part for part in (customer.number, above) if part)
    return {
        "label": customer.name,
        "kind": customer.kind.words,
        "path": path,
        "url": reverse("portal:home", args=[customer.number]),
    }


def _invoices(viewer: User, words: str) -> list[Option]:
    found = invoice_selectors.visible_to(viewer).filter(ref__icontains=words).select_related("customer")
    return [
        {
            "label": str(document.ref),
            "kind": document.get_kind_display(),
            "path": document.customer.name,
            "url": reverse("portal:invoice", args=[document.ref]),
        }
        for document in found.order_by("-issued_on", "-pk")[:MOST]
    ]


def _tickets(viewer: User, words: str) -> list[Option]:
    found = threads.visible_to(viewer).filter(Q(ref__iexact=words) | Q(subject__icontains=words)).select_related("customer")
    return [
        {
            "label": ticket.subject,
            "kind": _("Ticket"),
            "path": f"{ticket.ref} · {ticket.customer.name}",
            "url": reverse("portal:ticket", args=[ticket.ref]),
        }
        for ticket in found.order_by("-touched_at", "-pk")[:MOST]
    ]
