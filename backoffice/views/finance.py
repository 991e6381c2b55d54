"""The finance inbox: every remedy the moment it is granted, with the journal entry behind it."""

from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import books_shown, feed, places, ticket_page
from backoffice.forms.finance import AnswerForm, DayForm, QuestionForm, ReversalForm, SeenForm
from billing.ledger.models import Entry
from support.remedies import finance_feed, reversing
from support.remedies.books import erp_file
from support.remedies.models import Grant
from window import spreadsheets
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
def day_acknowledgements(request: HttpRequest) -> HttpResponse:
    """Acknowledge together the new rows that were shown."""
    form = SeenForm(request.POST, within=finance_feed.visible_to(request.user))
    if form.is_valid():
        with refusals_shown_on(form):
            finance_feed.acknowledge_all(actor=request.user, rows=form.cleaned_data["rows"], at=timezone.now())
            return redirect("backoffice:inbox")
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


@declares(access.GRANT_REMEDY)
@require_POST
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what finance asked about one row."""
    row = get_object_or_404(finance_feed.asked_of(request.user), pk=pk)
    ref, form = row.grant.ticket.ref, AnswerForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            finance_feed.answer(actor=request.user, row=row, text=form.cleaned_data["text"], at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, places.ticket(request, ref), status=422, refused=[form])


@declares(access.SEE_BACKOFFICE)
@require_POST
def reversals(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back what was granted; who may, the use case decides."""
    within = access.customers_within_reach(request.user)
    found = get_object_or_404(Grant.objects.filter(customer__in=within).select_related("ticket"), ref=ref)
    form = ReversalForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            reversing.reverse(actor=request.user, grant=found, reason=form.cleaned_data["reason"], at=timezone.now())
            return redirect("backoffice:ticket", found.ticket.ref)
    return ticket_page.answer(request, places.ticket(request, found.ticket.ref), status=422, refused=[form])


@declares(access.SEE_BOOKS)
@require_GET
def file(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out what remedies booked on a day, side by side, for the accounting system."""
    on = _day(request)
    return spreadsheets.download(erp_file.rows(on), name=f"remedies-{on.isoformat()}.csv")


@declares(access.SEE_BOOKS)
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Show whether everything is there that putting things right needs, and the budgets of goodwill."""
    return render(request, "backoffice/finance/setup.html", books_shown.shown(request.user, at=timezone.now()))


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
    context = feed.shown(request, on=_day(request)) | {"form": QuestionForm()} | more
    return render(request, template, context, status=status)


def _day(request: HttpRequest) -> date:
    form = DayForm(request.GET)
    return (form.cleaned_data["on"] if form.is_valid() else None) or timezone.localdate()
