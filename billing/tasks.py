"""What a worker does for billing. Each task may come twice or not at all: the tables say what is to be done."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from billing.amendments.bulk import carrying as bulk_carrying
from billing.amendments.bulk.models import BulkChange
from billing.contracts import renewing
from billing.dunning import disputes, plans, stepping
from billing.invoices import recognition
from billing.invoices.documents import presses, rendering
from billing.invoices.models import Document
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun
from billing.payments import autopay, collecting, methods, refunds
from billing.payments.stripe import confirming
from billing.payments.stripe import events as stripe_events

log = structlog.get_logger(__name__)


# Chunks that one task bills before it makes room for others; what is left is woken again.
CHUNKS_A_TASK = 20
DOCUMENTS_A_PRESS = 50
WORKERS_A_RUN = 2


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def bill_what_is_due() -> None:
    """Begin the runs of everybody's own day and wake workers for them."""
    for run in carrying.begin_as_days_begin(at=timezone.now()):
        for _ in range(WORKERS_A_RUN):
            work_off_run.delay(run.pk)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def work_off_run(run_id: int) -> None:
    """Bill some chunks of a run; who cannot be billed is logged when the run ends, and tried again next time."""
    run = BillingRun.objects.get(pk=run_id)
    if run.finished_at:
        return
    if not carrying.work_off(run, at=timezone.now(), until_at_most=CHUNKS_A_TASK):
        go_on_with_runs.apply_async(countdown=1)
        return
    for failure in carrying.result_of(run).failures:
        log.error("payer_not_billed", payer=failure.payer, reason=failure.reason)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def go_on_with_runs() -> None:
    """Wake a worker for each run with work that nobody has claimed, such as what a killed worker left."""
    for run in carrying.unfinished():
        if carrying.has_unclaimed(run):
            work_off_run.delay(run.pk)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def work_off_bulk_change(token: str) -> None:
    """Price and make some rows of a file of changes, and make room for others when more is left."""
    if not bulk_carrying.work_off(BulkChange.objects.get(pk=token), at=timezone.now(), clock=timezone.now):
        work_off_bulk_change.delay(token)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def go_on_with_bulk_changes() -> None:
    """Wake a worker for each file of changes with rows that nobody works on."""
    for token in bulk_carrying.unfinished(timezone.now()).values_list("pk", flat=True)[:20]:
        work_off_bulk_change.delay(str(token))


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def recognise_revenue() -> None:
    """Recognise the months that ended, and what came late for them."""
    at = timezone.now()
    recognition.recognise_ended_months(today=at.date(), at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def decide_on_renewals() -> None:
    """Renew the contracts whose time for notice has passed, or end what does not renew."""
    for undecided in renewing.decide_due(at=timezone.now()):
        log.error("renewal_not_decided", contract=undecided.contract.ref, reason=undecided.reason)


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
def apply_stripe_events() -> None:
    """Apply the news that Stripe sent, and give up payments that nobody confirms."""
    stripe_events.apply_waiting(at=timezone.now())
    confirming.give_up(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def pay_automatically() -> None:
    """Pay what customers have ordered to be paid by itself."""
    autopay.pay_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def watch_cards() -> None:
    """Tell whose card expires soon."""
    methods.warn_expiring(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def ask_for_overdue_money() -> None:
    """Settle disputes and plans that ended, tell whom something works again, and take the steps of the ladder that have come."""
    at = timezone.now()
    disputes.settle_what_was_credited(at=at)
    plans.watch(at=at)
    stepping.lift_what_was_paid(at=at)
    stepping.take_due(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def render_document(document_id: int, language: str = "") -> None:
    """Print a document before somebody downloads it."""
    rendering.pdf_of(Document.objects.select_related("receiver").get(pk=document_id), language)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def render_new_documents() -> None:
    """Hand out printing jobs for the documents of the last hour that nobody has printed yet, many to a press."""
    waiting = rendering.unprinted(since=timezone.now() - timedelta(hours=1))
    for first in range(0, len(waiting), DOCUMENTS_A_PRESS):
        render_documents.delay(waiting[first : first + DOCUMENTS_A_PRESS])


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def render_documents(document_ids: list[int], language: str = "") -> None:
    """Print documents in `language` (each receiver's own, if not said) on one press; what is printed already is left alone."""
    chosen = Document.objects.filter(pk__in=document_ids).select_related("receiver").order_by("pk")
    waiting = rendering.unprinted_of(list(chosen), language) if language else chosen.filter(files=None)
    for ref, reason in presses.print_all(waiting, language).failed.items():
        log.error("document_not_printed", document=ref, reason=reason)
