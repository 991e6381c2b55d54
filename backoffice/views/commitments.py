"""What binds us beyond an answer: a no and its grounds, promises, who speaks in a conflict, an escalated account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import places, promises_shown, service_shown, ticket_page
from backoffice.forms.tickets import ClosingForm, DeclineForm, EscalationForm
from backoffice.views import customers
from support.remedies import declines
from support.tickets import account_escalation, conflict
from support.voice import promises
from support.voice.models import Promise
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_POST
def refusals(request: HttpRequest, ref: str) -> HttpResponse:
    """Say no, with clause, reason and alternative."""
    found, form = places.ticket(request, ref), DeclineForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            declines.decline(actor=request.user, ticket=found, answer=form.answer, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, decline_form=form)


@declares(access.WORK_TICKETS)
@require_GET
def promised(request: HttpRequest) -> HttpResponse:
    """List the open promises, the most urgent first."""
    return render(request, "backoffice/promises.html", {"promises": promises_shown.open_for(request.user, at=timezone.now())})


@declares(access.WORK_TICKETS)
@require_GET
def service_levels(request: HttpRequest) -> HttpResponse:
    """Show what is late, at risk and promised today, and how tickets ended."""
    return render(request, "backoffice/service_levels.html", service_shown.today(request.user, at=timezone.now()))


@declares(access.WORK_TICKETS)
@require_POST
def closings(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a promise was kept, or take it back."""
    promise = get_object_or_404(Promise.objects.select_related("ticket"), pk=pk)
    found, form = places.ticket(request, promise.ticket.ref), ClosingForm(request.POST)
    if form.is_valid():
        kept, note = form.cleaned_data["kept"] == "yes", form.cleaned_data["note"]
        with refusals_shown_on(form):
            promises.close(actor=request.user, promise=promise, kept=kept, note=note, at=timezone.now())
            return redirect("backoffice:ticket", found.ref)
    return ticket_page.answer(request, found, status=422, refused=[form])


@declares(access.WORK_TICKETS)
@require_POST
def conflicts(request: HttpRequest, ref: str) -> HttpResponse:
    """Speak alone for us on a ticket, or let everybody speak again."""
    found, form = places.ticket(request, ref), ClosingForm({"kept": "yes"})
    form.full_clean()
    with refusals_shown_on(form):
        if request.POST.get("end"):
            conflict.end(actor=request.user, ticket=found, at=timezone.now())
        else:
            conflict.begin(actor=request.user, ticket=found, speaker=request.user, at=timezone.now())
        return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, refused=[form])


@declares(access.WORK_TICKETS)
@require_POST
def escalations(request: HttpRequest, number: str) -> HttpResponse:
    """Escalate the account of a customer and all below it, or end that."""
    node = places.customer(request, number)
    form = EscalationForm({"reason": "ended"} if request.POST.get("end") else request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            if request.POST.get("end"):
                account_escalation.end(actor=request.user, customer=node, at=timezone.now())
            else:
                reason = form.cleaned_data["reason"]
                account_escalation.raise_account(actor=request.user, customer=node, reason=reason, at=timezone.now())
            return redirect("backoffice:customer", number)
    return customers.page(request, node, status=422, escalation_form=form)
