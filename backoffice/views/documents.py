"""Documents as staff see them: the lines, what settled them, the file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from backoffice import overdue, paper, places
from billing.invoices.documents import rendering
from billing.invoices.einvoice import writing
from billing.invoices.models import Document
from window.downloads import download


@declares(access.SEE_BACKOFFICE)
@require_GET
def document(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one invoice or credit note with why each amount is what it is."""
    found = places.document(request, ref)
    return document_page(request, found)


def document_page(request: HttpRequest, found: Document, *, status: int = 200, **forms: object) -> HttpResponse:
    """Answer with the page of a document; `forms` are those that were not in order."""
    on = places.today(found.customer)
    context = paper.shown(found, on=on) | {"overdue": overdue.of(found, viewer=request.user, on=on)} | forms
    return render(request, "backoffice/documents/document.html", context, status=status)


@declares(access.SEE_BACKOFFICE)
@require_GET
def einvoice(request: HttpRequest, ref: str, form: str) -> HttpResponse:
    """Answer with the document as an e-invoice: XML in one of two syntaxes, or a PDF with XML inside."""
    found = places.document(request, ref)
    if form not in writing.FORMATS:
        raise Http404
    try:
        content = writing.file_of(found, form)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("backoffice:document", found.ref)
    return download(content, name=writing.name_of(found, form), content_type=writing.TYPES[form])


@declares(access.SEE_BACKOFFICE)
@require_GET
def pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with the document as PDF, in the language of the screen."""
    found = places.document(request, ref)
    content = rendering.pdf_of(found, get_language() or "en")
    return download(content, name=rendering.name_of(found), content_type="application/pdf")
