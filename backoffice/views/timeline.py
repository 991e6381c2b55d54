"""The timeline of a customer: everything that happened, by topic, person and period, how often, and how things stood then."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.models import User
from accounts.people.routes import declares
from accounts.timeline import asking, reading
from backoffice import as_it_stood, overview, places
from backoffice.forms.timeline import TimelineForm
from window.paging import page_of

ENTRIES_A_PAGE = 50
MONTHS_SHOWN = 24


@declares(access.SEE_BACKOFFICE)
@require_GET
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    """List what happened to the customer (and below it) as asked for, newest first, with the counts by month."""
    node, subtree = places.customer(request, number), request.GET.get("span") != "node"
    acted = asking.lately_by(node, viewer=request.user)
    people = User.objects.filter(Q(pk__in=acted) | Q(pk__in=places.people_of(node).values("pk"))).order_by("email")
    form = TimelineForm(request.GET, people=people)
    wanted = form.wanted(subtree=subtree)
    page = page_of(request, asking.matching(node, wanted, viewer=request.user), newest_by="at", size=ENTRIES_A_PAGE)
    months = asking.by_month(node, wanted, viewer=request.user)
    context = {
        "node": node,
        "subtree": subtree,
        "form": form,
        "page": page,
        "entries": [overview.told(entry) | {"where": entry.customer.name} for entry in page.rows],
        "months": months[:MONTHS_SHOWN],
        "count": sum(count for _, count in months),
    }
    return render(request, "backoffice/customers/timeline.html", context)


@declares(access.SEE_BACKOFFICE)
@require_GET
def activity(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show what one entry is about as it stood then."""
    node = places.customer(request, number)
    found = reading.visible_to(request.user).filter(customer__in=node.as_one()).select_related("customer", "actor")
    context = {"node": node} | as_it_stood.of(get_object_or_404(found, pk=pk))
    return render(request, "backoffice/customers/activity.html", context)
