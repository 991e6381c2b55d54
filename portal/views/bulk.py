"""Many contract changes out of one file: upload, look at the price of each row, then make all or chosen ones.

A worker prices and makes the rows; the page shows how far it has come.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing import tasks
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
            _wake_a_worker(bulk)
            return redirect("portal:bulk_change", bulk.pk)
    page = page_of(request, BulkChange.objects.filter(customer=node).select_related("asked_by"), newest_by="asked_at")
    context = {"at": node, "form": form, "page": page, "columns": reading.COLUMNS, "actions": reading.ACTIONS}
    return render(request, "portal/bulk/bulk_changes.html", context, status=422 if request.method == "POST" else 200)


@declares(access.CHANGE_CONTRACT)
@require_GET
def bulk_change(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show each row with its price or with why it cannot be, and what became of it."""
    bulk = places.bulk_change(request, token)
    context = {"at": bulk.customer, "bulk": bulk, "shown": bulk_shown.of(bulk, request.user, at=timezone.now())}
    return render(request, "portal/bulk/bulk_change.html", context)


@declares(access.CHANGE_CONTRACT)
@require_POST
def bulk_previews(request: HttpRequest, token: UUID) -> HttpResponse:
    """Price the rows anew that are not done."""
    bulk = places.bulk_change(request, token)
    working.preview_again(actor=request.user, bulk=bulk, at=timezone.now())
    _wake_a_worker(bulk)
    return redirect("portal:bulk_change", bulk.pk)


@declares(access.CHANGE_CONTRACT)
@require_POST
def bulk_applications(request: HttpRequest, token: UUID) -> HttpResponse:
    """Let the chosen rows be made, each on its own at the price that was looked at."""
    bulk, form = places.bulk_change(request, token), ChosenRowsForm(request.POST)
    if not form.is_valid() or not form.chosen:
        messages.error(request, _("Choose at least one row."))
        return redirect("portal:bulk_change", bulk.pk)
    try:
        chosen = working.choose(actor=request.user, bulk=bulk, quotes=form.chosen, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("portal:bulk_change", bulk.pk)
    _wake_a_worker(bulk)
    _tell(request, chosen)
    return redirect("portal:bulk_change", bulk.pk)


def _wake_a_worker(bulk: BulkChange) -> None:
    transaction.on_commit(partial(tasks.work_off_bulk_change.delay, str(bulk.pk)))


def _tell(request: HttpRequest, chosen: working.Chosen) -> None:
    made, changed = len(chosen.rows), len(chosen.changed)
    if made:
        words = ngettext("%(made)s change is being made.", "%(made)s changes are being made.", made)
        messages.success(request, words % {"made": made})
    if changed:
        words = ngettext("%(changed)s row changed and is not made.", "%(changed)s rows changed and are not made.", changed)
        messages.warning(request, words % {"changed": changed})
    if not made and not changed:
        messages.info(request, _("These rows were chosen before."))


@declares(access.CHANGE_CONTRACT)
@require_GET
def bulk_sheet(request: HttpRequest, token: UUID) -> StreamingHttpResponse:
    """Hand over the rows with their results as CSV."""
    bulk = places.bulk_change(request, token)
    return spreadsheets.download(bulk_shown.sheet(bulk, request.user), name="changes-results.csv")
