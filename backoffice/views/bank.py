"""The bank: what statements brought, what each line pays and why, and what finance does with the rest."""

from collections.abc import Callable

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
from backoffice import bank
from backoffice.forms.bank import CreditForm, MatchForm, ReasonForm, StatementForm
from billing.payments.bank import importing, overpaid, settling, transfers
from billing.payments.bank.models import BankLine, BankStatement, TransferOrder
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BOOKS)
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """Show the lines, the latest first: those that wait unless asked for others."""
    return render(request, "backoffice/bank/bank.html", bank.shown(request) | {"form": StatementForm()})


@declares(access.SEE_BOOKS)
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """Show only the part of the page that changes while it is open."""
    return render(request, "backoffice/bank/_lines.html", bank.shown(request))


@declares(access.SEE_BOOKS)
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """Show the statements that came in, the latest first."""
    found = BankStatement.objects.select_related("seller", "imported_by")
    return render(request, "backoffice/bank/statements.html", {"page": page_of(request, found, newest_by="imported_at")})


@declares(access.KEEP_BOOKS)
@require_POST
def imports(request: HttpRequest) -> HttpResponse:
    """Bring a bank's file in."""
    form = StatementForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_shown_on(form):
            file = form.cleaned_data["file"]
            stored = importing.import_file(content=file.read(), file_name=file.name, actor=request.user, at=timezone.now())
            new = sum(len(entry.new) for entry in stored.entries)
            messages.success(request, ngettext("%(n)s new line was stored.", "%(n)s new lines were stored.", new) % {"n": new})
            return redirect("backoffice:bank")
    return render(request, "backoffice/bank/bank.html", bank.shown(request) | {"form": form}, status=422)


@declares(access.SEE_BOOKS)
@require_GET
def line(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one line: what the bank told, what a rule suggests, and what may be done."""
    return _line_page(request, _named(ref))


@declares(access.KEEP_BOOKS)
@require_POST
def matches(request: HttpRequest, ref: str) -> HttpResponse:
    """Have the line pay what a rule suggests, or the invoices typed."""
    found = _named(ref)
    if "accept" in request.POST:
        return _done(request, found, lambda: settling.accept(actor=request.user, line=found, at=timezone.now()))
    form = MatchForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            settling.match(actor=request.user, line=found, numbers=form.cleaned_data["numbers"], at=timezone.now())
            return redirect("backoffice:bank_line", ref)
    return _line_page(request, found, match_form=form, status=422)


@declares(access.KEEP_BOOKS)
@require_POST
def credits(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what the line brought as credit of a customer."""
    found, form = _named(ref), CreditForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            customer = form.cleaned_data["customer"]
            settling.keep_as_credit(actor=request.user, line=found, customer=customer, at=timezone.now())
            return redirect("backoffice:bank_line", ref)
    return _line_page(request, found, credit_form=form, status=422)


@declares(access.KEEP_BOOKS)
@require_POST
def set_asides(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that the line concerns no customer."""
    found, form = _named(ref), ReasonForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            settling.set_aside(actor=request.user, line=found, reason=form.cleaned_data["reason"], at=timezone.now())
            return redirect("backoffice:bank")
    return _line_page(request, found, reason_form=form, status=422)


@declares(access.KEEP_BOOKS)
@require_POST
def undoings(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back what became of the line."""
    found = _named(ref)
    return _done(request, found, lambda: settling.undo(actor=request.user, line=found, at=timezone.now()))


@declares(access.KEEP_BOOKS)
@require_POST
def surpluses(request: HttpRequest, ref: str) -> HttpResponse:
    """Give back what the line brought too much, or keep it as credit."""
    found = _named(ref)
    deal = overpaid.keep if "keep" in request.POST else overpaid.give_back
    return _done(request, found, lambda: deal(actor=request.user, line=found, at=timezone.now()))


@declares(access.KEEP_BOOKS)
@require_POST
def transfer_outcomes(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a transfer was made, or why it cannot be."""
    order = get_object_or_404(TransferOrder, pk=pk)
    reason = request.POST.get("reason", "").strip()
    try:
        if reason:
            transfers.say_impossible(actor=request.user, order=order, reason=reason, at=timezone.now())
        else:
            transfers.say_made(actor=request.user, order=order, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:bank")


def _named(ref: str) -> BankLine:
    beside = BankLine.objects.select_related("payment__payer", "statement", "seller", "decided_by")
    return get_object_or_404(beside, ref=ref)


def _done(request: HttpRequest, found: BankLine, work: Callable[[], object]) -> HttpResponse:
    """Do what needs no form and come back to the line; a refusal is said on its page."""
    try:
        work()
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Done."))
    return redirect("backoffice:bank_line", found.ref)


def _line_page(request: HttpRequest, found: BankLine, *, status: int = 200, **forms: object) -> HttpResponse:
    context = {
        "line": found,
        "may_be_matched": bank.may_be_matched(found),
        "shares": found.payment.shares.select_related("document") if found.payment else [],
        "match_form": MatchForm(),
        "credit_form": CreditForm(),
        "reason_form": ReasonForm(),
        "may_decide": access.level_of(request.user) in access.KEEP_BOOKS.levels,
    }
    return render(request, "backoffice/bank/line.html", context | bank.figures_of(found) | forms, status=status)
