"""Orders on their way: what is to be done next for each, and saying that it is done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.days import local_day
from accounts.people import access
from accounts.people.routes import declares
from backoffice.forms.orders import DoneForm, ReopenForm
from billing.provisioning import fulfilling, progress
from billing.provisioning.models import ProvisioningTask
from window.refusals import refusals_shown_on


@declares(access.FULFIL_ORDERS)
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """List the orders that are not all done, by the day of what comes next."""
    return _page(request)


@declares(access.FULFIL_ORDERS)
@require_POST
def task_completions(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a task is done; its note goes to the customer."""
    task, form = _task(request, pk), DoneForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            day = local_day(timezone.now(), task.subscription.contract.timezone)
            fulfilling.finish(actor=request.user, task=task, at=timezone.now(), today=day, **form.cleaned_data)
            messages.success(request, _("Done: %(step)s. The customer is told.") % {"step": task.name})
            return redirect("backoffice:orders")
    return _page(request, form, status=422)


@declares(access.FULFIL_ORDERS)
@require_POST
def task_reopenings(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a task has to be done again, and why."""
    task, form = _task(request, pk), ReopenForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            fulfilling.reopen(actor=request.user, task=task, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:orders")
    return _page(request, form, status=422)


def _task(request: HttpRequest, pk: int) -> ProvisioningTask:
    reach = access.customers_within_reach(request.user, access.FULFIL_ORDERS)
    related = ("subscription__contract", "subscription__customer")
    return get_object_or_404(progress.within(reach).select_related(*related), pk=pk)


def _page(request: HttpRequest, form: DoneForm | ReopenForm | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    context = {"orders": progress.open_for(request.user, today), "today": today, "form": form}
    return render(request, "backoffice/orders.html", context, status=status)
