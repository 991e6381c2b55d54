"""Direct debits: what waits to be collected, the files for the bank, and debits the bank rejected."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import bank
from backoffice.forms.bank import DebitFileForm, ReasonForm
from billing.payments.sepa import debits
from billing.payments.sepa.models import DebitFile, DirectDebit
from window.downloads import download
from window.refusals import refusals_shown_on


@declares(access.SEE_BOOKS)
@require_GET
def direct_debits(request: HttpRequest) -> HttpResponse:
    """Show what waits for a file, the files made, and what is at the bank."""
    return _page(request, DebitFileForm())


@declares(access.KEEP_BOOKS)
@require_POST
def debit_files(request: HttpRequest) -> HttpResponse:
    """Make the file that collects what waits."""
    form = DebitFileForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            made = debits.make_file(actor=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("File %(ref)s is made; bring it to the bank.") % {"ref": made.ref})
            return redirect("backoffice:direct_debits")
    return _page(request, form, status=422)


@declares(access.SEE_BOOKS)
@require_GET
def debit_file(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand the file over as it was made."""
    made = get_object_or_404(DebitFile, ref=ref)
    return download(made.content.encode(), name=f"{made.ref}.xml", content_type="application/xml")


@declares(access.KEEP_BOOKS)
@require_POST
def debit_failures(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the bank rejected a debit."""
    debit, form = get_object_or_404(DirectDebit, pk=pk), ReasonForm(request.POST)
    try:
        if form.is_valid():
            debits.say_failed(actor=request.user, debit=debit, reason=form.cleaned_data["reason"], at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:direct_debits")


def _page(request: HttpRequest, form: DebitFileForm, *, status: int = 200) -> HttpResponse:
    context = bank.debits_shown(request) | {"form": form}
    return render(request, "backoffice/bank/debits.html", context, status=status)
