"""Statement of account: opening balance, what moved it, closing balance; on the screen and as PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from billing.reports import statement_pdf, statements
from portal import places
from portal.forms.statements import StatementForm
from window.downloads import download


@declares(access.SEE_MONEY)
@require_GET
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """Show the account of this customer as a payer over some days."""
    node = places.node(request, number, access.SEE_MONEY)
    form = StatementForm(request.GET.dict(), currencies=statements.currencies_of(node), today=places.today(node))
    period, currency = form.asked
    found = statements.statement(node, currency, period)
    language = get_language() or "en"
    moves = [(statement_pdf.words_of(move.what, language), move) for move in found.moves]
    context = {"at": node, "form": form, "statement": found, "moves": moves}
    return render(request, "portal/statements/statement.html", context, status=200 if form.is_valid() else 422)


@declares(access.SEE_MONEY)
@require_GET
def statement_file(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over the same as PDF, in the language of the screen."""
    node = places.node(request, number, access.SEE_MONEY)
    form = StatementForm(request.GET.dict(), currencies=statements.currencies_of(node), today=places.today(node))
    period, currency = form.asked
    seller = statements.seller_of(node)
    if seller is None:
        raise Http404
    found = statements.statement(node, currency, period)
    content = statement_pdf.pdf_of(found, seller, get_language() or "en", today=places.today(node))
    name = f"{node.number}-{currency}-{period.since}-{period.last}.pdf"
    return download(content, name=name, content_type="application/pdf")
