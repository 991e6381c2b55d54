"""Looking something up: a customer, a ticket or a document, by name or by the number people quote."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.models import User
from accounts.people.routes import declares
from backoffice import commands
from backoffice.commands import Option
from billing.invoices import selectors as invoice_selectors
from support.tickets import threads

MOST_OF_EACH = 8


@declares(access.SEE_BACKOFFICE)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found as a page."""
    words = request.GET.get("q", "").strip()[:200]
    return render(request, "backoffice/search.html", {"query": words, "options": _found(request.user, words)})


@declares(access.SEE_BACKOFFICE)
@require_GET
def options(request: HttpRequest) -> HttpResponse:
    """Answer the palette while it is typed into."""
    words = request.GET.get("q", "").strip()[:200]
    return render(
        request,
        "components/node_options.html",
        {"query": words, "options": _found(request.user, words, here=request.htmx.current_url or "")},
    )


def _found(viewer: User, words: str, *, here: str = "") -> list[Option]:
    if len(words) < 2:
        return []
    return [
        *commands.matching(viewer, words, here),
        *_tickets(viewer, words),
        *_documents(viewer, words),
        *_customers(viewer, words),
    ]


def _customers(viewer: User, words: str) -> list[Option]:
    reach = access.customers_within_reach(viewer).current()
    found = reach.filter(number__iexact=words) | reach.filter(name__icontains=words)
    rows = found.select_related("kind", "parent").order_by("level", "name")[:MOST_OF_EACH]
    return [
        Option(
            row.name,
            reverse("backoffice:customer", args=[row.number]),
            str(row.kind),
            row.number,
            row.parent.name if row.parent else "",
        )
        for row in rows
    ]


def _tickets(viewer: User, words: str) -> list[Option]:
    tickets = threads.visible_to(viewer)
    found = tickets.filter(ref__iexact=words) | tickets.filter(subject__icontains=words)
    rows = found.select_related("customer").order_by("-touched_at")[:MOST_OF_EACH]
    return [
        Option(row.subject, reverse("backoffice:ticket", args=[row.ref]), row.ref, row.get_status_display(), row.customer.name)
        for row in rows
    ]


def _documents(viewer: User, words: str) -> list[Option]:
    found = invoice_selectors.visible_to(viewer).filter(ref__istartswith=words).select_related("customer")
    return [
        Option(row.ref, reverse("backoffice:document", args=[row.ref]), row.get_kind_display(), "", row.customer.name)
        for row in found.order_by("-issued_on", "-pk")[:MOST_OF_EACH]
    ]
