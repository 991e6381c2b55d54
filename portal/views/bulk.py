"""Many contract changes out of one file: upload, look at the price of each row, then make all or chosen ones."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from billing.amendments.bulk import reading, working
from billing.amendments.bulk.models import BulkChange
from portal import bulk_shown, places
from portal.forms.bulk import BulkFileForm, ChosenRowsForm
from window import spreadsheets
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.CHANGE_CONTRACT)
@require_http_methods(["GET", "POST"])
def bulk_changes(request: HttpRequest, number: str) -> HttpResponse:
    """Take a file of changes, or list those that were taken."""
    node = places.node(request, number, access.CHANGE_CONTRACT)
    form = BulkFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            file = form.cleaned_data["file"]
            bulk = working.prepare(actor=request.user, customer=node, content=file.read(), file_name=file.name, at=timezone.now())
            return redirect("portal:bulk_change", bulk.pk)
    page = page_of(request, BulkChange.objects.filter(customer=node).select_related("asked_by"), newest_by="asked_at")
    context = {"at": node, "form": form, "page": page, "columns": reading.COLUMNS, "actions": reading.ACTIONS}
    return render(request, "portal/bulk/bulk_changes.html", context, status=422 if request.method == "POST" else 200)


@declares(access.CHANGE_CONTRACT)
@require_GET
def bulk_change(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show each row with its price or with why it cannot be, and what became of it."""
    bulk = places.bulk_change(request, token)
    context = {"at": bulk.customer, "bulk": bulk, "shown": bulk_shown.of(bulk, at=timezone.now())}
    return render(request, "portal/bulk/bulk_change.html", context)


@declares(access.CHANGE_CONTRACT)
@require_POST
def bulk_previews(request: HttpRequest, token: UUID) -> HttpResponse:
    """Price the rows anew that are not done."""
    bulk = places.bulk_change(request, token)
    working.preview_again(actor=request.user, bulk=bulk, at=timezone.now())
    return redirect("portal:bulk_change", bulk.pk)


@declares(access.CHANGE_CONTRACT)
@require_POST
def bulk_applications(request: HttpRequest, token: UUID) -> HttpResponse:
    """Make the changes of the chosen rows, each on its own."""
    bulk, form = places.bulk_change(request, token), ChosenRowsForm(request.POST)
    if not form.is_valid() or not form.chosen:
        messages.error(request, _("Choose at least one row."))
        return redirect("portal:bulk_change", bulk.pk)
    rows = working.carry_out(actor=request.user, bulk=bulk, numbers=form.chosen, at=timezone.now())
    done = sum(row.status == working.Status.APPLIED for row in rows)
    words = ngettext("%(done)s change made.", "%(done)s changes made.", done) % {"done": done}
    waiting = len(rows) - done
    messages.success(request, words if not waiting else f"{words} {_('The others say below why they are not.')}")
    return redirect("portal:bulk_change", bulk.pk)


@declares(access.CHANGE_CONTRACT)
@require_GET
def bulk_sheet(request: HttpRequest, token: UUID) -> StreamingHttpResponse:
    """Hand over the rows with their results as CSV."""
    bulk = places.bulk_change(request, token)
    return spreadsheets.download(bulk_shown.sheet(bulk), name="changes-results.csv")
