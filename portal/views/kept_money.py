"""Money that was paid twice or too much: sent back, used for what is open, or kept, by one click; and receipts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from billing.anomalies import offering_back
from billing.payments.models import Payment
from billing.reports import receipt_pdf
from portal import places
from window import formats
from window.downloads import download


@declares(access.PAY)
@require_POST
def kept_answers(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what becomes of money that pays for nothing."""
    payment = places.payment_to_make(request, ref)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        raise Http404
    try:
        messages.success(request, answer(request, payment))
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("portal:payment", payment.ref)


def _send_back(request: HttpRequest, payment: Payment) -> str:
    made = offering_back.send_back(actor=request.user, payment=payment, at=timezone.now())
    if made.status == made.Status.DECLINED:
        raise offering_back.NothingKept(
            _("%(reason)s It stands as credit as before; write to us and we send it another way.")
            % {"reason": made.decline_reason}
        )
    amount = formats.amount(made.amount_minor, payment.currency)
    return _("Done: %(amount)s go back to %(method)s.") % {"amount": amount, "method": payment.method_label}


def _use(request: HttpRequest, payment: Payment) -> str:
    paid = offering_back.use(actor=request.user, payment=payment, at=timezone.now())
    return _("Done: it went towards %(documents)s.") % {"documents": ", ".join(str(document) for document in paid)}


def _keep(request: HttpRequest, payment: Payment) -> str:
    offering_back.keep(actor=request.user, payment=payment, at=timezone.now())
    return _("Done: it stays as credit and pays towards the next invoice.")


ANSWERS = {"send_back": _send_back, "use": _use, "keep": _keep}


@declares(access.SEE_MONEY)
@require_GET
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand over the receipt of a payment as PDF, in the language of the screen."""
    payment = places.payment(request, ref)
    if payment.status != Payment.Status.SUCCEEDED:
        raise Http404
    content = receipt_pdf.pdf_of(payment, get_language() or "en")
    return download(content, name=f"{payment.ref}.pdf", content_type="application/pdf")
