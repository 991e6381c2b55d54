"""The finance inbox: every remedy the moment it is granted, with the journal entry behind it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import feed
from backoffice.forms.finance import QuestionForm
from billing.ledger.models import Entry
from support.remedies import finance_feed
from window.refusals import refusals_shown_on


@declares(access.SEE_BOOKS)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the rows, newest first, and how the day ties out with the ledger."""
    return _inbox(request, "backoffice/finance/inbox.html")


@declares(access.SEE_BOOKS)
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """Show only the part of the inbox that changes while it is open."""
    return _inbox(request, "backoffice/finance/_rows.html")


@declares(access.KEEP_BOOKS)
@require_POST
def acknowledgements(request: HttpRequest, pk: int) -> HttpResponse:
    """Acknowledge one row."""
    row = get_object_or_404(finance_feed.visible_to(request.user), pk=pk)
    form = QuestionForm()
    with refusals_shown_on(form):
        finance_feed.acknowledge(actor=request.user, row=row, at=timezone.now())
        return _inbox(request, "backoffice/finance/_rows.html") if request.htmx else redirect("backoffice:inbox")
    return _inbox(request, "backoffice/finance/inbox.html", form=form, status=422)


@declares(access.KEEP_BOOKS)
@require_POST
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the agent about one row."""
    row = get_object_or_404(finance_feed.visible_to(request.user), pk=pk)
    form = QuestionForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            finance_feed.query(actor=request.user, row=row, question=form.cleaned_data["question"], at=timezone.now())
            return redirect("backoffice:inbox")
    return _inbox(request, "backoffice/finance/inbox.html", form=form, asked=row, status=422)


@declares(access.SEE_BOOKS)
@require_GET
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one journal entry: its postings, and what it is about."""
    found = get_object_or_404(Entry.objects.select_related("reverses"), pk=pk)
    context = {
        "entry": found,
        "sides": feed.sides_of(found),
        "rows": found.feed_rows.select_related("grant__ticket", "grant__asked_by"),
    }
    return render(request, "backoffice/finance/entry.html", context)


def _inbox(request: HttpRequest, template: str, *, status: int = 200, **more: object) -> HttpResponse:
    context = feed.shown(request, on=timezone.now().date()) | {"form": QuestionForm()} | more
    return render(request, template, context, status=status)
