"""Invoices: what is open, what was paid, and why each amount is what it is."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing.anomalies.models import Finding
from billing.invoices import selectors
from billing.invoices.documents import rendering
from billing.invoices.einvoice import writing
from billing.invoices.models import Document
from billing.payments import selectors as payment_selectors
from billing.payments.bank import instructions
from billing.payments.models import Payment
from portal import files, invoices_shown, overdue_shown, places
from portal.forms.invoices import InvoiceFilter
from support.remedies import self_service
from window import formats, spreadsheets
from window.downloads import download
from window.paging import page_of


@declares(access.SEE_MONEY)
@require_GET
def invoices(request: HttpRequest, number: str) -> HttpResponse:
    """List invoices and credit notes; the open ones can be chosen and paid."""
    node = places.node(request, number, access.SEE_MONEY)
    span = places.span(request, node)
    form = InvoiceFilter({"state": InvoiceFilter.OPEN, **request.GET.dict()})
    page = page_of(request, invoices_shown.listed(_filtered(_of(span), form)), newest_by="issued_on")
    context = {
        "at": node,
        "span": span,
        "form": form,
        "page": page,
        "rows": invoices_shown.rows(page.rows, on=places.today(node)),
        "open_totals": invoices_shown.open_and_overdue(span, on=places.today(node))[0],
        "may_pay": places.standing(request, node).may(access.PAY),
    }
    return render(request, "portal/invoices/invoices.html", context)


def _of(span: places.Span) -> QuerySet[Document]:
    return Document.objects.issued().filter(customer__in=span.customers).select_related("customer")


def _filtered(documents: QuerySet[Document], form: InvoiceFilter) -> QuerySet[Document]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if words := chosen.get("q"):
        documents = documents.filter(Q(ref__icontains=words) | Q(po_number__icontains=words))
    if chosen.get("state") == InvoiceFilter.OPEN:
        return documents.open()
    return documents.filter(open_minor=0) if chosen.get("state") == InvoiceFilter.PAID else documents


@declares(access.SEE_MONEY)
@require_GET
def sheet(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """Hand over the figures of the list as a spreadsheet."""
    node = places.node(request, number, access.SEE_MONEY)
    chosen = _chosen(request, node).order_by("-issued_on", "-pk")
    rows = files.sheet(chosen, on=places.today(node))
    return spreadsheets.download(rows, name=f"{node.number}-invoices.csv")


@declares(access.SEE_MONEY)
@require_GET
def archive(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over the PDFs of the newest documents of the list in one file; where many are not printed yet, workers print them."""
    node = places.node(request, number, access.SEE_MONEY)
    asked, language = _printing(request, node), get_language() or "en"
    if asked.takes_long:
        files.let_workers_print(asked, language=language)
        printing = reverse("portal:invoice_printing", args=[node.number])
        return redirect(f"{printing}?{request.GET.urlencode()}")
    content = files.archive(asked.documents, language=language)
    return download(content, name=f"{node.number}-invoices.zip", content_type="application/zip")


@declares(access.SEE_MONEY)
@require_GET
def printing(request: HttpRequest, number: str) -> HttpResponse:
    """Say how many of the PDFs are printed, and lead to the file once all are."""
    node = places.node(request, number, access.SEE_MONEY)
    return render(request, "portal/invoices/printing.html", {"at": node, "printing": _printing(request, node)})


def _printing(request: HttpRequest, node: Customer) -> files.Printing:
    chosen = _chosen(request, node).select_related("receiver").order_by("-issued_on", "-pk")
    return files.printing(chosen[: files.MOST_IN_AN_ARCHIVE], language=get_language() or "en")


def _chosen(request: HttpRequest, node: Customer) -> QuerySet[Document]:
    form = InvoiceFilter({"state": InvoiceFilter.OPEN, **request.GET.dict()})
    return _filtered(_of(places.span(request, node)), form)


@declares(access.SEE_MONEY)
@require_GET
def invoice(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one invoice or credit note: lines that explain themselves, what was paid, and what looks wrong."""
    document = places.document(request, ref)
    today, lines = places.today(document.customer), invoices_shown.lines(document)
    may_pay = places.standing(request, document.customer).may(access.PAY)
    disputes = [shown.dispute for shown in lines if shown.dispute]
    context = {
        "document": document,
        "state": selectors.state_of(document, today),
        "lines": lines,
        "settle": _may_settle(request, lines),
        "overdue": overdue_shown.of(document, may_pay=may_pay, disputes=disputes, today=today),
        "settlements": invoices_shown.settlements(document),
        "transfer": instructions.for_document(document),
        "checked": _checked(document) if document.open_minor and document.is_checked else [],
        "may_pay": may_pay,
    }
    return render(request, "portal/invoices/invoice.html", context)


def _checked(document: Document) -> list[Payment]:
    return list(payment_selectors.being_checked([document]).values())


def _may_settle(request: HttpRequest, lines: list[invoices_shown.LineShown]) -> Decision | None:
    """Say whether the visitor may settle the billing error on this document alone; nothing when there is none."""
    found = next((shown.finding for shown in lines if shown.finding and shown.finding.status == Finding.Status.OPEN), None)
    return self_service.decide(request.user, found, timezone.now()) if found else None


@declares(access.REQUEST_CHANGES)
@require_POST
def settlements(request: HttpRequest, ref: str) -> HttpResponse:
    """Credit a double charge at once, where policy lets the customer do so alone."""
    finding = places.finding(request, ref)
    document = finding.charge.document
    try:
        given = self_service.settle(actor=request.user, finding=finding, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("portal:invoice", document.ref)
    amount = formats.amount(given.amount_minor, given.currency)
    messages.success(request, _("Done: %(amount)s are credited with %(note)s.") % {"amount": amount, "note": given.document})
    return redirect("portal:invoice", document.ref)


@declares(access.SEE_MONEY)
@require_GET
def einvoice(request: HttpRequest, ref: str, form: str) -> HttpResponse:
    """Hand over the document as an e-invoice: XML in one of two syntaxes, or a PDF with XML inside."""
    document = places.document(request, ref)
    if form not in writing.FORMATS:
        raise Http404
    try:
        content = writing.file_of(document, form)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("portal:invoice", document.ref)
    return download(content, name=writing.name_of(document, form), content_type=writing.TYPES[form])


@declares(access.SEE_MONEY)
@require_GET
def pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand over the document as PDF; the first time it is drawn."""
    document = places.document(request, ref)
    content = rendering.pdf_of(document, get_language() or "en")
    return download(content, name=rendering.name_of(document), content_type="application/pdf")
