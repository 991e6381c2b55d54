"""Promises: what we told a customer we would do, and by which day.

A promise is noted with the reply that makes it, and shown to the customer. It is at risk from the day before it is due,
and broken when its day has passed, by the customer's own calendar; both are told once. A ticket with an open promise is not
resolved: the promise is kept, or withdrawn with a reason, first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from support.tickets import conversation, turns
from support.tickets.models import Message, Ticket
from support.voice.models import Promise

OPEN, KEPT, WITHDRAWN = Promise.State.OPEN, Promise.State.KEPT, Promise.State.WITHDRAWN
LONGEST = 200
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Word:
    """What is promised, and the last day on which it is kept in time."""

    what: str
    due_on: date


class PromiseMakesNoSense(Refusal):
    """Nothing is promised, or not by a day from today within a year."""

    code = "promise_makes_no_sense"


class PromiseHasEnded(Refusal):
    """A promise that was kept or withdrawn stays so."""

    code = "promise_has_ended"


class ReasonMissing(Refusal):
    """Taking a promise back takes a reason the customer can be told."""

    code = "reason_missing"


def reply(
    *,
    actor: User,
    ticket: Ticket,
    text: str,
    word: Word,
    key: UUID,
    at: datetime,
    asks: bool = False,
    send: Callable[..., Message] = conversation.reply,
) -> Promise:
    """Write to the customer, by `send`, and note what the message promises. The same key again returns the first promise.

    Raises:
        Refusal: the reply cannot be written; see conversation.reply.
        PromiseMakesNoSense: nothing is promised, or in the past, or on a ticket that has ended.
    """
    today = local_day(at, ticket.customer.timezone)
    what = " ".join(word.what.replace("\x00", "").split())[:LONGEST]
    if not what or not today <= word.due_on <= today + FURTHEST:
        raise PromiseMakesNoSense(_("Say what you promise and by which day, from today on and within a year."))
    with transaction.atomic():
        message = send(actor=actor, ticket=ticket, text=text, at=at, key=key, asks=asks)
        facts = {"ticket": message.ticket, "customer": ticket.customer, "what": what, "due_on": word.due_on}
        promise, is_new = Promise.objects.get_or_create(message=message, defaults=facts | {"made_by": actor, "made_at": at})
        if is_new and Ticket.objects.filter(pk=message.ticket_id, status=conversation.RESOLVED).exists():
            raise PromiseMakesNoSense(_("The ticket is resolved. Reopen it before you promise something on it."))
        if is_new:
            _record("support.promise_made", promise, actor=actor, at=at, internal=False)
    return promise


def close(*, actor: User, promise: Promise, kept: bool, at: datetime, note: str = "") -> Promise:
    """Say that a promise was kept, or withdraw it with a reason. The same answer again changes nothing.

    Raises:
        Refusal: not within reach.
        PromiseHasEnded, ReasonMissing: it ended otherwise; or no reason was given for withdrawing it.
    """
    note, state = note.replace("\x00", "").strip()[:300], KEPT if kept else WITHDRAWN
    with turns.patience(), transaction.atomic():
        promise = Promise.objects.select_for_update(of=("self",)).select_related("ticket", "customer").get(pk=promise.pk)
        access.decide(actor, access.WORK_TICKETS, promise.customer).or_refuse()
        if promise.state == state:
            return promise
        if promise.state != OPEN:
            raise PromiseHasEnded(_("This promise is {state} already.").format(state=promise.get_state_display().lower()))
        if not kept and not note:
            raise ReasonMissing(_("Say why the promise is taken back; the customer reads it."))
        promise.state, promise.closed_by, promise.closed_at, promise.note = state, actor, at, note
        promise.save(update_fields=["state", "closed_by", "closed_at", "note"])
        _record("support.promise_closed", promise, actor=actor, at=at, internal=False)
    return promise


def watch(*, at: datetime) -> int:
    """Tell, once each, of promises that are due by the next day and of those whose day has passed; return how many."""
    soon = latest_day(at) + timedelta(days=1)
    unwatched = Promise.objects.filter(Q(warned_at=None) | Q(broken_at=None), state=OPEN, due_on__lte=soon)
    return sum(_watch(promise.pk, at) for promise in unwatched.order_by("due_on", "pk")[:500])


def open_for(viewer: User) -> QuerySet[Promise]:
    """Return the open promises to customers whose tickets the viewer works on, the most urgent first."""
    reach = access.customers_within_reach(viewer, access.WORK_TICKETS)
    return Promise.objects.filter(state=OPEN, customer__in=reach).order_by("due_on", "pk")


def of_ticket(ticket: Ticket) -> QuerySet[Promise]:
    """Return what was promised on a ticket and on those merged into it, the latest first."""
    return (
        Promise.objects.filter(ticket__in=Ticket.objects.threaded_with(ticket))
        .select_related("made_by", "closed_by", "customer")
        .order_by("-made_at", "-pk")
    )


def of_account(customer: Customer) -> QuerySet[Promise]:
    """Return what was promised to a customer and to all below it, the open ones first, then the latest."""
    below = Promise.objects.filter(customer__in=Customer.objects.below(customer)).select_related("ticket", "customer", "made_by")
    return below.annotate(ended=Q(closed_at__isnull=False)).order_by("ended", "due_on", "-made_at", "-pk")


def is_at_risk(promise: Promise, at: datetime) -> bool:
    """Say whether an open promise is due tomorrow or before, by the customer's calendar."""
    return promise.state == OPEN and local_day(at, promise.customer.timezone) >= promise.due_on - timedelta(days=1)


def is_broken(promise: Promise, at: datetime) -> bool:
    """Say whether a promise was not kept in time: its day passed while it was open."""
    last = promise.closed_at if promise.state == KEPT and promise.closed_at else at
    return promise.state != WITHDRAWN and local_day(last, promise.customer.timezone) > promise.due_on


def _watch(pk: int, at: datetime) -> int:
    with transaction.atomic():
        promise = Promise.objects.select_for_update(of=("self",)).select_related("ticket", "customer").get(pk=pk)
        told = 0
        if promise.warned_at is None and is_at_risk(promise, at):
            told += _tell(promise, "warned_at", "support.promise_at_risk", at)
        if promise.broken_at is None and promise.state == OPEN and is_broken(promise, at):
            told += _tell(promise, "broken_at", "support.promise_broken", at)
    return told


def _tell(promise: Promise, mark: str, kind: str, at: datetime) -> int:
    setattr(promise, mark, at)
    promise.save(update_fields=[mark])
    _record(kind, promise, actor=None, at=at, internal=True)
    return 1


def _record(kind: str, promise: Promise, *, actor: User | None, at: datetime, internal: bool) -> None:
    facts = {
        "what": promise.what, "due": promise.due_on.isoformat(), "state": plain(promise, "state").lower(),
        "promise": promise.pk, "note": promise.note,
    }  # fmt: skip
    recording.record(promise.customer, kind, actor=actor, at=at, about=promise.ticket, facts=facts, internal=internal)
