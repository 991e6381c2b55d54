"""Bulk: one change over many tickets, row by row, each asked for by its own rules, with a result for each and a way back.

A bulk that was stopped goes on where it stopped: a row is done in one transaction with its mark, and its words carry a key that
follows from bulk and ticket. Taking it back is work for the same worker: it puts back what nobody changed since; words that were
said stay said. Whatever goes wrong with a row stops no other.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from support.desk import changes
from support.desk.bulk_models import Bulk, BulkRow
from support.desk.changes import Change
from support.desk.models import Problem
from support.tickets import conversation, threads, turns
from support.tickets.models import Ticket

MOST: Final = 500
Status = BulkRow.Status
TO_DO: Final = (Status.WAITING, Status.GOES_BACK)

log = structlog.get_logger(__name__)


class NothingChosen(Refusal):
    """A bulk has some tickets, all within reach."""

    code = "nothing_chosen"


class NotOwnBulk(Refusal):
    """Who made a bulk takes it back."""

    code = "not_own_bulk"


def begin(
    *, actor: User, tickets: Iterable[Ticket], change: Change, key: UUID, at: datetime, problem: Problem | None = None
) -> Bulk:
    """Write down what is to happen to which tickets; the same key is one bulk.

    Raises:
        NothingChosen: no ticket, too many, or one out of reach.
        KeyAlreadyUsed: somebody else used the key.
        Refusal: the change makes no sense.
    """
    changes.check(change)
    chosen = list({ticket.pk: ticket for ticket in tickets}.values())
    visible = threads.visible_to(actor).filter(pk__in=[ticket.pk for ticket in chosen]).count()
    if not conversation.is_staff(actor) or not chosen or len(chosen) > MOST or visible != len(chosen):
        raise NothingChosen(_("Choose some tickets of the list, {most} at most.").format(most=MOST))
    with turns.patience(), transaction.atomic():
        turns.take(f"bulk {key}")
        if earlier := Bulk.objects.filter(key=key).first():
            return _same(earlier, actor)
        bulk = Bulk.objects.create(key=key, change=change.kept(), problem=problem, made_by=actor, made_at=at)
        BulkRow.objects.bulk_create([BulkRow(bulk=bulk, ticket=ticket) for ticket in chosen])
    return bulk


def work_off(bulk: Bulk, *, at: datetime) -> None:
    """Do what waits and put back what is taken back, row by row; a row that cannot be done says why."""
    for row in rows_of(bulk).filter(status=Status.WAITING):
        _work(row, Change.read(bulk.change), at)
    for row in rows_of(bulk).filter(status=Status.GOES_BACK):
        _put_back(row, at)


def unfinished() -> QuerySet[Bulk]:
    """Return the bulks with rows that wait or go back, the oldest first."""
    return Bulk.objects.filter(rows__status__in=TO_DO).distinct().order_by("pk")


def undo(*, actor: User, bulk: Bulk, at: datetime) -> int:
    """Let a worker put back what the bulk changed, and return on how many tickets; what waits still is not done any more.

    Raises:
        NotOwnBulk: somebody else made it.
    """
    if actor.pk != bulk.made_by_id:
        raise NotOwnBulk(_("{name} made this change and takes it back.").format(name=bulk.made_by))
    with turns.patience(), transaction.atomic():
        Bulk.objects.filter(pk=bulk.pk, undone_at=None).update(undone_at=at)
        rows_of(bulk).filter(status=Status.WAITING).update(status=Status.REFUSED, words=_("Taken back before it was done."))
        return rows_of(bulk).filter(status=Status.DONE).update(status=Status.GOES_BACK, words="")


def visible_to(viewer: User) -> QuerySet[Bulk]:
    """Return the bulks of our own people, for our own people."""
    found = Bulk.objects.select_related("made_by", "problem").order_by("-made_at", "-pk")
    return found if conversation.is_staff(viewer) else found.none()


def rows_of(bulk: Bulk) -> QuerySet[BulkRow]:
    """Return the rows of a bulk, each with its ticket."""
    return bulk.rows.select_related("ticket__customer", "bulk__made_by").order_by("pk")


def _same(earlier: Bulk, actor: User) -> Bulk:
    if earlier.made_by_id != actor.pk:
        raise conversation.KeyAlreadyUsed
    return earlier


def _work(row: BulkRow, change: Change, at: datetime) -> None:
    try:
        with turns.patience(), transaction.atomic():
            held = BulkRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
            if held.status == Status.WAITING:
                key = uuid5(row.bulk.key, f"ticket {row.ticket_id}")
                made = changes.make(actor=row.bulk.made_by, ticket=row.ticket, change=change, key=key, at=at)
                _keep(row, Status.DONE, made=made)
    except turns.Busy:
        return  # it waits for the next round
    except Refusal as refusal:
        _keep(row, Status.REFUSED, words=refusal.reason[:300])
    except Exception:
        log.exception("bulk_row_fault", row=row.pk)
        _keep(row, Status.REFUSED, words=_("A fault of ours kept this from being done. It was noted."))


def _put_back(row: BulkRow, at: datetime) -> None:
    try:
        with turns.patience(), transaction.atomic():
            held = BulkRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
            if held.status != Status.GOES_BACK:
                return
            back = changes.restore(actor=row.bulk.made_by, ticket=row.ticket, made=row.made, at=at)
            words = (
                _("put back: {what}").format(what=", ".join(back))
                if back
                else _("changed since, or only words: nothing put back")
            )
            _keep(row, Status.UNDONE, words=words)
    except turns.Busy:
        return  # it waits for the next round
    except Refusal as refusal:
        _keep(row, Status.DONE, words=refusal.reason[:300])
    except Exception:
        log.exception("bulk_row_fault", row=row.pk)
        _keep(row, Status.DONE, words=_("A fault of ours kept this from being put back. It was noted."))


def _keep(row: BulkRow, status: str, **facts: object) -> None:
    BulkRow.objects.filter(pk=row.pk).update(status=status, **facts)
