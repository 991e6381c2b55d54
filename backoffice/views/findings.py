"""The billing desk: errors found in what was billed, before anybody complains."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing.amendments import differing
from billing.anomalies import finding, giving_back
from billing.anomalies.models import Finding
from window.paging import page_of


@declares(access.SEE_BACKOFFICE)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what was found, newest first; those put right on demand."""
    chosen = request.GET.get("show", Finding.Status.OPEN)
    found = Finding.objects.filter(customer__in=access.customers_within_reach(request.user))
    found = found.select_related("customer", "line__document", "twin__document", "payment")
    page = page_of(request, found if chosen == "all" else found.filter(status=chosen), newest_by="found_at")
    level = access.level_of(request.user)
    may = {"may_decide": level in access.KEEP_BOOKS.levels, "may_give": level in access.GRANT_REMEDY.levels}
    return render(request, "backoffice/findings/desk.html", {"page": page, "chosen": chosen} | may)


@declares(access.SEE_BACKOFFICE)
@require_GET
def prices_not_kept(request: HttpRequest) -> HttpResponse:
    """Show the changes that were refused because they would have cost something else than quoted, newest first."""
    page = page_of(request, differing.alarms_for(request.user), newest_by="at")
    return render(request, "backoffice/findings/prices.html", {"page": page})


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


@declares(access.KEEP_BOOKS)
@require_POST
def refunds(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the money of a finding back, or use it for what is open."""
    within = Finding.objects.filter(customer__in=access.customers_within_reach(request.user))
    found = get_object_or_404(within.select_related("customer", "payment__payer"), ref=ref)
    try:
        if "use" in request.POST:
            paid = giving_back.use(actor=request.user, finding=found, at=timezone.now())
            said = ngettext("%(n)s invoice was paid with it.", "%(n)s invoices were paid with it.", len(paid)) % {"n": len(paid)}
        else:
            made = giving_back.refund(actor=request.user, finding=found, at=timezone.now())
            if made.status == made.Status.DECLINED:
                raise Refusal(_("{refund} was declined: {reason}").format(refund=made, reason=made.decline_reason))
            said = f"{made}: {made.get_status_display()}"
        messages.success(request, said)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:desk")
