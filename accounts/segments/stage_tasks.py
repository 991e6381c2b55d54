"""Tasks about customers that are stuck: one for each time a customer is, for who looks after it, until it is done or moves on.

Who looks after a customer is the manager of its key account, else who owns its account, as of today: a task follows a handover.
Nobody has to tick it off when the customer moves on: the task ends with the stage. What was done about it is kept in words.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, owners
from accounts.people.models import User
from accounts.segments import key_accounts
from accounts.segments.models import StageEntry, StageTask
from accounts.timeline import recording
from accounts.timeline.plain import plain
from accounts.timeline.recording import Entry

LONGEST: Final = 300
MAY_DO_OTHERS: Final = frozenset({access.SUPERVISOR, access.MANAGER})


class StageTaskRefused(Refusal):
    """It is somebody else's task, it has ended, or nothing is said of what was done."""

    code = "stage_task_refused"


def open_missing(customers: Iterable[Customer], *, at: datetime) -> int:
    """Open a task for each of some customers that is stuck and has none for this time, and tell whose it is; return how many."""
    waiting = StageEntry.objects.filter(customer__in=list(customers), stuck_since__isnull=False, left_at=None, task=None)
    with transaction.atomic():
        entries = list(waiting.select_for_update(of=("self",)).select_related("customer").order_by("pk"))
        made = StageTask.objects.bulk_create([StageTask(entry=entry, opened_at=at) for entry in entries])
        caring = who_look_after([entry.customer_id for entry in entries], at.date()) if entries else {}
        told = [_told(task, caring.get(task.entry.customer_id)) for task in made]
        recording.record_many(told, actor=None, at=at)
    return len(made)


def end(entry: StageEntry, *, at: datetime) -> None:
    """End the task of a stage that is left, unless it was done before; without one nothing happens."""
    StageTask.objects.filter(entry=entry, done_at=None, ended_at=None).update(ended_at=at)


def finish(*, actor: User, task: StageTask, words: str, at: datetime) -> StageTask:
    """Say what was done about a customer that is stuck. Done already, it stays as it was said first.

    Raises:
        StageTaskRefused: see there.
    """
    words = " ".join(words.replace("\x00", "").split())[:LONGEST]
    with transaction.atomic():
        held = StageTask.objects.select_for_update(of=("self",)).select_related("entry__customer").get(pk=task.pk)
        customer = held.entry.customer
        caring = who_look_after([customer.pk], at.date()).get(customer.pk)
        if actor != caring and access.level_of(actor) not in MAY_DO_OTHERS:
            raise StageTaskRefused(_("This is the task of {person}.").format(person=caring or _("the supervisors")))
        if held.done_at:
            return held
        if held.ended_at:
            raise StageTaskRefused(_("{customer} has moved on; nothing is left to do.").format(customer=customer.name))
        if not words:
            raise StageTaskRefused(_("Say in a few words what was done."))
        held.done_by, held.done_at, held.note = actor, at, words
        held.save(update_fields=["done_by", "done_at", "note"])
        facts = {"words": words, "stage": plain(held.entry, "stage")}
        recording.record(customer, "accounts.stage_task_done", actor=actor, at=at, about=customer, facts=facts, internal=True)
    return held


def who_look_after(customers: Iterable[int], on: date) -> dict[int, User]:
    """Return by the customer's key who manages its key account, else who owns its account; a constant number of statements."""
    keys = list(customers)
    managers = {key: held.manager for key, held in key_accounts.of_many(keys, on).items()}
    return owners.of_accounts(keys, on) | managers


def looked_after_by(person: User, on: date) -> Q:
    """Return the condition that a stage is of a customer whose key account `person` manages, or whose account they own."""
    return Q(customer__in=key_accounts.managed_by(person, on)) | Q(customer__in=owners.accounts_of(person, on).values("pk"))


def visible_to(viewer: User) -> QuerySet[StageTask]:
    """Return the tasks about customers within the viewer's reach."""
    reach = access.customers_within_reach(viewer, access.SEE_BACKOFFICE)
    return StageTask.objects.filter(entry__customer__in=reach).select_related("entry__customer")


def _told(task: StageTask, person: User | None) -> Entry:
    customer = task.entry.customer
    facts = {
        "person": person.pk if person else None, "to": str(person or _("the supervisors")), "why": task.entry.stuck_why,
        "stage": plain(task.entry, "stage"), "number": customer.number,
    }  # fmt: skip
    return Entry(customer, "accounts.stage_task_opened", facts, about=customer, internal=True)
