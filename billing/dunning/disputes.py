"""Disputes: a customer says a line is wrong. Until that is settled, its amount is not asked for.

It is settled by a credit of the line (by whatever remedy), by our no with its reason, or by the customer taking it back. A no
gives a few days before the next step comes.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts import ready
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from accounts.timeline import recording
from billing.dunning import pausing, standing
from billing.dunning.models import Dispute, DunningPause
from billing.invoices.models import Document, Line
from billing.ledger import locking
from billing.money import Money

OPEN, UPHELD, REFUSED, WITHDRAWN = (
    Dispute.Status.OPEN, Dispute.Status.UPHELD, Dispute.Status.REFUSED, Dispute.Status.WITHDRAWN,
)  # fmt: skip
DAYS_AFTER_A_NO: Final = 3
LONGEST_REASON: Final = 400


class DisputeNotPossible(Refusal):
    """The line cannot be disputed, or is not in dispute."""

    code = "dispute_not_possible"


def may_dispute(actor: User, line: Line) -> Decision:
    """Say whether `actor` may say that `line` is wrong; the line comes with its document and the document's customer."""
    document = line.document
    if not (decision := access.decide(actor, access.REQUEST_CHANGES, document.customer)).allowed:
        return decision
    if document.kind != Document.Kind.INVOICE or not document.open_minor or not left_of(line):
        return refused("dispute_not_possible", _("Nothing is left to pay for this line. Write to us if it was wrong."))
    if line.disputes.filter(status=OPEN).exists():
        return refused("disputed_already", _("This line is in dispute already."))
    return ALLOWED


def left_of(line: Line) -> int:
    """Return what of a line, tax included, may still be in dispute: what was not credited, in minor units."""
    if line.amount_minor <= 0:
        return 0
    left = line.amount_minor - line.credited_minor
    return left + line.tax_minor * left // line.amount_minor


def raise_one(*, actor: User, line: Line, ticket_ref: str, at: datetime, today: date) -> Dispute:
    """Take what is left of `line` out of what is asked for. Raised twice with a ticket it stands once.

    Raises:
        DisputeNotPossible: somebody was faster.
        Refusal: it cannot be disputed by the actor.
    """
    document = line.document
    same = line.disputes.filter(ticket_ref=ticket_ref, raised_by=actor).first() if ticket_ref else None
    if same:
        return same
    try:
        with transaction.atomic():
            locking.lock_payers([document.customer_id])
            line.refresh_from_db(fields=["credited_minor"])
            document.refresh_from_db(fields=["open_minor"])
            may_dispute(actor, line).or_refuse()
            made = Dispute.objects.create(
                line=line, amount_minor=left_of(line), credited_before_minor=line.credited_minor, ticket_ref=ticket_ref,
                raised_by=actor, raised_at=at,
            )  # fmt: skip
            if standing.disputed_on([document.pk])[document.pk] >= document.open_minor:
                pausing.rest(document, DunningPause.Cause.DISPUTE, since=today, until=None, actor=actor, at=at, dispute=made)
            _record(made, "billing.dispute_raised", actor=actor, at=at)
    except IntegrityError as fault:
        raise DisputeNotPossible(_("This line is in dispute already.")) from fault
    return made


def refuse(*, actor: User, dispute: Dispute, reason: str, at: datetime) -> Dispute:
    """Say that the line is right, with the reason; its amount is asked for again after a few days.

    Raises:
        DisputeNotPossible: it is settled, or no reason is given.
        Refusal: the actor works neither with tickets nor with the books.
    """
    if access.level_of(actor) not in access.WORK_TICKETS.levels | access.KEEP_BOOKS.levels:
        raise Refusal(_("Only our own people decide a dispute."), code="not_for_this_level")
    if not reason.strip():
        raise DisputeNotPossible(_("Say why the line is right; the customer reads it."))
    return _decide(dispute, REFUSED, "billing.dispute_refused", actor=actor, at=at, reason=reason.strip()[:LONGEST_REASON])


def withdraw(*, actor: User, dispute: Dispute, at: datetime) -> Dispute:
    """Take a dispute back.

    Raises:
        DisputeNotPossible: it is settled.
        Refusal: not within the actor's reach.
    """
    access.decide(actor, access.REQUEST_CHANGES, dispute.line.document.customer).or_refuse()
    return _decide(dispute, WITHDRAWN, "billing.dispute_withdrawn", actor=actor, at=at)


def settle_what_was_credited(*, at: datetime) -> int:
    """Close every dispute whose line was credited since, or whose invoice is paid; return how many."""
    credited: QuerySet[Dispute] = Dispute.objects.filter(status=OPEN, line__credited_minor__gt=F("credited_before_minor"))
    found = list(credited.select_related("line__document__customer"))
    for dispute in found:
        _decide(dispute, UPHELD, "billing.dispute_upheld", actor=None, at=at)
    return len(found)


def open_on(document: Document) -> dict[int, Dispute]:
    """Return the open disputes of a document by the key of their line."""
    return {dispute.line_id: dispute for dispute in _open_on(document=document.pk)}


@ready.statement
def _open_on(document: Fact) -> QuerySet[Dispute]:
    return Dispute.objects.filter(line__document=document, status=OPEN)


def of_ticket(ref: str) -> Dispute | None:
    """Return the open dispute a ticket was opened for."""
    return Dispute.objects.filter(ticket_ref=ref, status=OPEN).select_related("line__document__customer").first()


def _decide(
    dispute: Dispute, status: Dispute.Status, kind: str, *, actor: User | None, at: datetime, reason: str = ""
) -> Dispute:
    document = dispute.line.document
    today = local_day(at, document.customer.timezone)
    with transaction.atomic():
        locking.lock_payers([document.customer_id])
        changed = Dispute.objects.filter(pk=dispute.pk, status=OPEN).update(
            status=status, decided_by=actor, decided_at=at, reason=reason
        )
        if not changed:
            raise DisputeNotPossible(_("This dispute is settled already."))
        pausing.end(dispute.pauses.all(), today=today, actor=actor)
        if status == REFUSED:
            until = today + timedelta(days=DAYS_AFTER_A_NO)
            pausing.rest(document, DunningPause.Cause.DISPUTE, since=today, until=until, actor=actor, at=at, dispute=dispute)
        dispute.refresh_from_db()
        _record(dispute, kind, actor=actor, at=at)
    return dispute


def _record(dispute: Dispute, kind: str, *, actor: User | None, at: datetime) -> None:
    line, document = dispute.line, dispute.line.document
    facts = {
        "line": line.description, "amount": str(Money(dispute.amount_minor, line.currency)), "reason": dispute.reason,
        "ticket": dispute.ticket_ref,
    }  # fmt: skip
    recording.record(document.customer, kind, actor=actor, at=at, about=document, facts=facts)
