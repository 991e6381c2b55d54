"""Privacy: what people asked us to hand out or to forget, what that means, and the second person's decision."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import tasks
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import asks_again, declares
from accounts.privacy import erasing, exporting
from accounts.privacy.models import Erasure, Export
from backoffice import places
from backoffice.forms.privacy import ERASE, EXPORT_CUSTOMER, DecisionForm, WishForm
from window.downloads import download
from window.paging import page_of
from window.refusals import refusals_shown_on

FILES_SHOWN = 20


@declares(access.HANDLE_PRIVACY)
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """List the erasures, newest first, and the files one asked for."""
    page = page_of(request, Erasure.objects.select_related("person", "asked_by", "decided_by"), newest_by="asked_at")
    files = Export.objects.filter(asked_by=request.user).defer("content").select_related("customer", "person")[:FILES_SHOWN]
    return render(request, "backoffice/privacy/privacy.html", {"page": page, "files": files, "now": timezone.now()})


@asks_again
@declares(access.HANDLE_PRIVACY)
@require_http_methods(["GET", "POST"])
def customer_privacy(request: HttpRequest, number: str) -> HttpResponse:
    """Take down what a customer asked for."""
    node = places.customer(request, number)
    form = WishForm(request.POST or None, people=places.people_of(node))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            _ask(request, node, form)
            tasks.tend_privacy.delay()
            messages.success(request, _("It is noted and being prepared."))
            return redirect("backoffice:privacy")
    status = 200 if request.method == "GET" else 422
    return render(request, "backoffice/privacy/customer.html", {"node": node, "form": form}, status=status)


def _ask(request: HttpRequest, node: Customer, form: WishForm) -> None:
    given, at = form.cleaned_data, timezone.now()
    if given["wish"] == ERASE:
        erasing.ask(actor=request.user, person=given["person"], reason=given["reason"], at=at)
    elif given["wish"] == EXPORT_CUSTOMER:
        exporting.ask_for_customer(actor=request.user, customer=node, at=at)
    else:
        exporting.ask_for_person(actor=request.user, person=given["person"], at=at)


@declares(access.HANDLE_PRIVACY)
@require_GET
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would be erased, what is kept and why."""
    return _erasure_page(request, pk, DecisionForm())


@asks_again
@declares(access.DECIDE_PRIVACY)
@require_POST
def erasure_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or refuse, as a second person."""
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            wish = get_object_or_404(Erasure, pk=pk)
            erasing.decide(actor=request.user, erasure=wish, at=timezone.now(), **form.cleaned_data)
            tasks.tend_privacy.delay()
            return redirect("backoffice:erasure", pk)
    return _erasure_page(request, pk, form, status=422)


@declares(access.HANDLE_PRIVACY)
@require_GET
def export(request: HttpRequest, token: UUID) -> HttpResponse:
    """Hand out a file to whoever asked for it."""
    found = exporting.to_fetch(token, viewer=request.user, at=timezone.now())
    if found is None:
        raise Http404
    return download(bytes(found.content), name=f"accord-{timezone.localdate(found.ready_at)}.zip", content_type="application/zip")


def _erasure_page(request: HttpRequest, pk: int, form: DecisionForm, status: int = 200) -> HttpResponse:
    wish = get_object_or_404(Erasure.objects.select_related("person", "asked_by", "decided_by"), pk=pk)
    may_decide = access.level_of(request.user) in access.DECIDE_PRIVACY.levels and erasing.may_decide(request.user, wish).allowed
    context = {"wish": wish, "form": form, "may_decide": may_decide, "waits": wish.status == Erasure.Status.PREVIEWED}
    return render(request, "backoffice/privacy/erasure.html", context, status=status)
