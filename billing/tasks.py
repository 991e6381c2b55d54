"""What a worker does for billing. Each task may come twice or not at all: the tables say what is to be done."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from billing.invoices import run
from billing.invoices.documents import rendering
from billing.invoices.models import Document
from billing.payments import collecting, refunds

log = structlog.get_logger(__name__)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def bill_what_is_due() -> None:
    """Bill what fell due on everybody's own day; who cannot be billed is logged and tried again next time."""
    for failure in run.bill_as_days_begin(at=timezone.now()).failures:
        log.error("payer_not_billed", payer=failure.payer, reason=failure.reason)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def carry_out_payment(payment_id: int) -> None:
    """Send a started payment to its gateway and record the answer."""
    collecting.carry_out(payment_id, timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def ask_unknown_payments() -> None:
    """Send what was forgotten and ask for every outcome still missing, payments and refunds alike."""
    at = timezone.now()
    for topic in (collecting, refunds):
        topic.send_forgotten(at=at)
        topic.ask_unknown(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def render_document(document_id: int, language: str = "") -> None:
    """Print a document before somebody downloads it."""
    rendering.pdf_of(Document.objects.select_related("receiver").get(pk=document_id), language)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def render_new_documents() -> None:
    """Hand out one printing job for each document of the last hour that nobody has printed yet."""
    for document_id in rendering.unprinted(since=timezone.now() - timedelta(hours=1)):
        render_document.delay(document_id)
