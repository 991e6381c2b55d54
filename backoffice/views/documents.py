"""Documents as staff see them: the lines, what settled them, the file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from backoffice import paper, places
from billing.invoices.documents import rendering


@declares(access.SEE_BACKOFFICE)
@require_GET
def document(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one invoice or credit note with why each amount is what it is."""
    found = places.document(request, ref)
    return render(request, "backoffice/documents/document.html", paper.shown(found, on=timezone.now().date()))


@declares(access.SEE_BACKOFFICE)
@require_GET
def pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with the document as PDF, in the language of the screen."""
    found = places.document(request, ref)
    answer = HttpResponse(rendering.pdf_of(found, get_language() or "en"), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.ref}.pdf"'
    return answer
