"""The billing desk: errors found in what was billed, before anybody complains."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from billing.anomalies import finding
from billing.anomalies.models import Finding
from window.paging import page_of


@declares(access.SEE_BACKOFFICE)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what was found, newest first; those put right on demand."""
    chosen = request.GET.get("show", Finding.Status.OPEN)
    found = Finding.objects.filter(customer__in=access.customers_within_reach(request.user))
    found = found.select_related("customer", "line__document", "twin__document")
    page = page_of(request, found if chosen == "all" else found.filter(status=chosen), newest_by="found_at")
    return render(request, "backoffice/findings/desk.html", {"page": page, "chosen": chosen})


@declares(access.WORK_TICKETS)
@require_POST
def checks(request: HttpRequest) -> HttpResponse:
    """Check the whole book now."""
    made = finding.find_for(access.customers_within_reach(request.user), at=timezone.now())
    count = len(made)
    messages.success(
        request, ngettext("%(n)s suspected error stands open.", "%(n)s suspected errors stand open.", count) % {"n": count}
    )
    return redirect("backoffice:desk")
