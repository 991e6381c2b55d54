"""Working a batch off: each row opens its ticket and gives its remedy in a transaction of its own, and says what became of it.

A batch that was stopped goes on where it stopped: keys follow from batch and finding, so nothing is opened or given twice.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.anomalies.models import Finding
from support.remedies import resolution, reversing
from support.remedies.batches import who_else
from support.remedies.batches.models import Batch, BatchRow
from support.remedies.models import Grant
from support.tickets import conversation, turns
from support.tickets.models import Ticket

Status = BatchRow.Status


class NothingChosen(Refusal):
    """A batch has at least one finding, all of the same cause and within reach."""

    code = "nothing_chosen"


def begin(*, actor: User, finding: Finding, chosen: Sequence[str], key: UUID, at: datetime) -> Batch:
    """Write down what is to be given, one row for each finding chosen by its ref; the same key is one batch.

    Raises:
        NothingChosen: none, or one that has another cause, is settled or out of reach.
        Refusal: the actor does not give remedies.
    """
    if earlier := Batch.objects.filter(key=key, made_by=actor).first():
        return earlier
    access.decide(actor, access.GRANT_REMEDY, finding.customer).or_refuse()
    same = {one.ref: one for one in who_else.alike(actor, finding)}
    if not chosen or not set(chosen) <= same.keys():
        raise NothingChosen(_("Choose at least one customer of the list; it may have changed meanwhile."))
    with transaction.atomic():
        batch = Batch.objects.create(key=key, finding=finding, remedy=who_else.CODE, made_by=actor, made_at=at)
        BatchRow.objects.bulk_create([BatchRow(batch=batch, finding=same[ref]) for ref in dict.fromkeys(chosen)])
    return batch


def work_off(batch: Batch, *, at: datetime) -> None:
    """Give what waits, row by row; what cannot be given says why."""
    for row in _rows(batch).filter(status=Status.WAITING):
        _give(row, at=at)


def undo(*, actor: User, batch: Batch, reason: str, at: datetime) -> int:
    """Take back every row that was given, and return how many were; a row that cannot be says why and stays.

    Raises:
        Refusal: somebody else's batch, unless the actor keeps the books; or no reason was given.
    """
    if actor != batch.made_by and access.level_of(actor) not in access.KEEP_BOOKS.levels:
        raise Refusal(_("Who made the batch, or finance, takes it back."), code="not_own_batch")
    if not reason.strip():
        raise reversing.ReasonMissing(_("Say why it is taken back; the customers read it."))
    return sum(
        _take_back(row, actor=actor, reason=reason, at=at) for row in _rows(batch).filter(grant__status=Grant.Status.GRANTED)
    )


def visible_to(viewer: User) -> QuerySet[Batch]:
    """Return the batches that began with a customer within reach."""
    within = access.customers_within_reach(viewer)
    return Batch.objects.filter(finding__customer__in=within).select_related("finding__customer", "made_by")


def rows_of(batch: Batch) -> list[BatchRow]:
    """Return the rows of a batch with what a page shows of them; a decided approval is seen at once."""
    return list(_rows(batch))


def _rows(batch: Batch) -> QuerySet[BatchRow]:
    related = (
        "batch__made_by",
        "finding__customer",
        "finding__line__document",
        "finding__line__customer",
        "grant__ticket",
        "grant__document",
    )
    return batch.rows.select_related(*related).order_by("pk")


def _give(row: BatchRow, *, at: datetime) -> None:
    actor, finding = row.batch.made_by, row.finding
    try:
        with turns.patience(), transaction.atomic():
            held = BatchRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
            if held.status != Status.WAITING:
                return
            ticket = _ticket(row, at)
            remedy, terms = resolution.read(row.batch.remedy, {"finding": finding.ref}, key=_key("grant", row))
            grant = resolution.grant(actor=actor, ticket=ticket, remedy=remedy, terms=terms, at=at)
            _keep(row, grant.status, grant=grant)
    except Refusal as refusal:
        _keep(row, Status.REFUSED, words=refusal.reason)


def _ticket(row: BatchRow, at: datetime) -> Ticket:
    line = row.finding.charge
    subject = _("{document}: {line} was billed twice").format(document=line.document, line=line.description)
    return conversation.open_ticket(
        actor=row.batch.made_by, customer=row.finding.customer, subject=subject[: conversation.LONGEST_SUBJECT],
        text=_("We found this ourselves, together with others that it hit."), kind=Ticket.Kind.BILLING, line=line, at=at,
        key=_key("ticket", row),
    )  # fmt: skip


def _take_back(row: BatchRow, *, actor: User, reason: str, at: datetime) -> bool:
    if row.grant is None:
        return False
    try:
        reversing.reverse(actor=actor, grant=row.grant, reason=reason, at=at)
    except Refusal as refusal:
        _keep(row, row.status, grant=row.grant, words=refusal.reason)
        return False
    _keep(row, Status.UNDONE, grant=row.grant)
    return True


def _keep(row: BatchRow, status: str, *, grant: Grant | None = None, words: str = "") -> None:
    row.status, row.grant, row.words = status, grant, words[:300]
    row.save(update_fields=["status", "grant", "words"])


def _key(what: str, row: BatchRow) -> UUID:
    return uuid5(row.batch.key, f"{what}:{row.finding_id}")
