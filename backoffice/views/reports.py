"""Reports: revenue recognised and deferred, what moved recurring revenue, and what is owed by age; each as a spreadsheet too."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from backoffice import places, revenue_shown
from billing.reports import revenue
from window import spreadsheets


@declares(access.SEE_BOOKS)
@require_GET
def revenue_report(request: HttpRequest) -> HttpResponse:
    """Show what was recognised and deferred, what moved recurring revenue, and what is still to be earned."""
    currencies = revenue.currencies()
    currency = _currency(request, currencies)
    today = timezone.localdate()
    context = {"currency": currency, "currencies": currencies, **(revenue_shown.page(currency, today) if currency else {})}
    return render(request, "backoffice/reports/revenue.html", context)


@declares(access.SEE_BOOKS)
@require_GET
def ageing_report(request: HttpRequest) -> HttpResponse:
    """Show what is owed by age: all customers, or those below the node that the address names (`?node=`)."""
    reach = access.customers_within_reach(request.user)
    node = places.customer(request, request.GET["node"]) if request.GET.get("node") else None
    nodes = reach.filter(parent=node)
    today = timezone.localdate()
    context = {
        "node": node,
        "rows": revenue_shown.aged(nodes, today),
        "own": revenue_shown.aged(Customer.objects.filter(pk=node.pk), today) if node else [],
        "parts": revenue_shown.PARTS,
        "today": today,
    }
    return render(request, "backoffice/reports/ageing.html", context)


@declares(access.SEE_BOOKS)
@require_GET
def report_sheet(request: HttpRequest, what: str) -> HttpResponseBase:
    """Hand a report out as a spreadsheet."""
    currency = _currency(request, revenue.currencies())
    if what not in revenue_shown.SHEETS:
        raise Http404
    rows = revenue_shown.sheet(what, currency, timezone.localdate())
    return spreadsheets.download(rows, name=f"{what}-{currency}.csv")


def _currency(request: HttpRequest, currencies: list[str]) -> str:
    """Return the currency that the address asks for; the euro, or the first there is, otherwise."""
    asked = request.GET.get("currency", "")
    return asked if asked in currencies else "EUR" if "EUR" in currencies or not currencies else currencies[0]
