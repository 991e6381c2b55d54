"""How a ticket stands to others: merged, split, below another, part of a problem."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import links_shown, places
from backoffice.forms.desk import OtherTicketForm, ProblemForm, SplitForm
from support.channels import files
from support.desk import linking, merging, problems, splitting
from support.tickets import threads
from support.tickets.models import Ticket
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def links(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what a ticket is merged with, what may be split off, what stands below it, and its problem."""
    return _page(request, places.ticket(request, ref))


@declares(access.WORK_TICKETS)
@require_POST
def merges(request: HttpRequest, ref: str) -> HttpResponse:
    """Read another ticket as part of this one."""
    found, form = places.ticket(request, ref), OtherTicketForm(request.POST)
    return _carried_out(request, found, form, lambda: merging.merge(
        actor=request.user, retired=_other(request, form), survivor=found, at=timezone.now()
    ))  # fmt: skip


@declares(access.WORK_TICKETS)
@require_POST
def separations(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a ticket that was merged into this one stand by itself again."""
    found, form = places.ticket(request, ref), OtherTicketForm(request.POST)
    return _carried_out(request, found, form, lambda: merging.undo(
        actor=request.user, retired=_other(request, form), at=timezone.now()
    ))  # fmt: skip


@declares(access.WORK_TICKETS)
@require_POST
def splits(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a ticket of one message of the customer's."""
    found, form = places.ticket(request, ref), SplitForm(request.POST)
    if form.is_valid():
        said = threads.messages_of(found, request.user).prefetch_related(files.with_messages()).select_related("ticket__customer")
        message = get_object_or_404(said, pk=form.cleaned_data["message"])
        with refusals_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("subject", "key")}
            made = splitting.split(actor=request.user, message=message, at=timezone.now(), **given)
            return redirect("backoffice:ticket", made.ref)
    return _page(request, found, form=form, status=422)


@declares(access.WORK_TICKETS)
@require_POST
def parents(request: HttpRequest, ref: str) -> HttpResponse:
    """Put this ticket below another one, or below none."""
    found, form = places.ticket(request, ref), OtherTicketForm(request.POST)
    return _carried_out(request, found, form, lambda: linking.put_below(
        actor=request.user, ticket=found, parent=_other(request, form) if form.cleaned_data["other"] else None, at=timezone.now()
    ))  # fmt: skip


@declares(access.WORK_TICKETS)
@require_POST
def problem_attachments(request: HttpRequest, ref: str) -> HttpResponse:
    """Put this ticket to a problem that stands, or take it off its problem (no number)."""
    found, form = places.ticket(request, ref), OtherTicketForm(request.POST)
    return _carried_out(request, found, form, lambda: _attach(request, found, form))


@declares(access.WORK_TICKETS)
@require_POST
def ticket_problems(request: HttpRequest, ref: str) -> HttpResponse:
    """Open a problem of which this ticket is the first."""
    found, form = places.ticket(request, ref), ProblemForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            at = timezone.now()
            made = problems.open_problem(actor=request.user, at=at, **form.cleaned_data)
            problems.attach(actor=request.user, problem=made, tickets=[found], at=at)
            return redirect("backoffice:problem", made.ref)
    return _page(request, found, form=form, status=422)


def _attach(request: HttpRequest, found: Ticket, form: OtherTicketForm) -> None:
    if not form.cleaned_data["other"]:
        problems.detach(actor=request.user, ticket=found, at=timezone.now())
        return
    problem = get_object_or_404(problems.visible_to(request.user), ref=form.cleaned_data["other"])
    problems.attach(actor=request.user, problem=problem, tickets=[found], at=timezone.now())


def _other(request: HttpRequest, form: OtherTicketForm) -> Ticket:
    found = threads.visible_to(request.user).filter(ref=form.cleaned_data["other"]).select_related("customer").first()
    if found is None:
        raise linking.CannotStandBelow(links_shown.no_such_ticket(form.cleaned_data["other"]))
    return found


def _carried_out(request: HttpRequest, found: Ticket, form: Form, work: Callable[[], object]) -> HttpResponse:
    """Do the work and come back to the page, or show it with the reason why not."""
    if form.is_valid():
        with refusals_shown_on(form):
            work()
            return redirect("backoffice:links", found.ref)
    return _page(request, found, form=form, status=422)


def _page(request: HttpRequest, found: Ticket, *, form: Form | None = None, status: int = 200) -> HttpResponse:
    if found.merged_into:
        return redirect("backoffice:links", found.merged_into.ref)
    return render(request, "backoffice/tickets/links.html", links_shown.shown(request.user, found, form), status=status)
