"""What a worker does for support. Each task may come twice or not at all: the tables say what is to be done."""

from functools import partial

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.invoices import credit_orders
from support.channels.chat import reading, tending
from support.channels.mail import fetching
from support.desk import bulk, outgoing, topics
from support.desk.bulk_models import Bulk
from support.desk.macro_models import Outgoing
from support.measures import silence
from support.notices import digests
from support.offers import leads
from support.remedies import waiting
from support.remedies.batches import working
from support.remedies.batches.models import Batch
from support.tickets import escalation
from support.voice import promises, satisfaction


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def watch_the_clock() -> None:
    """Reckon anew what changed service levels touch, let tickets climb the ladder, and watch promises and approvals."""
    at = timezone.now()
    escalation.reckon_stale(at=at)
    escalation.climb(at=at)
    promises.watch(at=at)
    leads.watch(at=at)
    waiting.tell_late(at=at)
    credit_orders.tell_late(at=at)
    topics.watch(at=at)
    for unfinished in bulk.unfinished()[:20]:
        bulk.work_off(unfinished, at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def tend_chats() -> None:
    """Look after chats that somebody went away from, and tell who left what was said since."""
    at = timezone.now()
    tending.tend(at=at)
    reading.tell_who_left(at=at)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def watch_silence() -> int:
    """Tell who owns an account that its customer says nothing; return how many were told of."""
    return silence.watch(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def ask_how_it_went() -> None:
    """Ask whose ticket ended lately how it went."""
    satisfaction.ask(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def work_off_batch(batch: int) -> None:
    """Give what a batch still has to give; come again, it goes on where it stopped."""
    working.work_off(Batch.objects.get(pk=batch), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def send_held_notices() -> int:
    """Send what waited for the end of quiet hours or for a digest; return how many mails went out."""
    return digests.send_due(now=timezone.now)


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def work_off_bulk(number: int) -> None:
    """Do what a change over many tickets still has to do; come again, it goes on where it stopped."""
    bulk.work_off(Bulk.objects.get(pk=number), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def send_rested_replies() -> None:
    """Let replies leave that have rested."""
    outgoing.send_due(at=timezone.now())


def leave_in_time(reply: Outgoing) -> None:
    """Let a worker come by when a reply has rested; the clock comes by anyway, should this be lost."""
    transaction.on_commit(partial(send_rested_replies.apply_async, eta=reply.leaves_at))


@shared_task  # type: ignore[untyped-decorator] # celery is untyped
def fetch_mail() -> int:
    """Take in what lies unread in the mailbox, where one was set up; return how many mails were taken."""
    if settings.MAILBOX_TO_FETCH is None:
        return 0
    return fetching.fetch(fetching.opener(settings.MAILBOX_TO_FETCH), at=timezone.now())
