"""Fault: whose fault a ticket's trouble was. Found by us (a charge twice): ours; else one of us judges it, with evidence.

An error we found speaks for a ticket about billing that names its invoice or line: any other ticket does not claim it. What was
dismissed as no error speaks for nothing.

It is a criterion of allowances, so each judgement is recorded with who made it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.anomalies.models import Finding
from support.remedies.models import Allowance, Fault
from support.tickets import conversation
from support.tickets.models import Ticket

SIDES = Allowance.Side
LONGEST = 300


class EvidenceMissing(Refusal):
    """Whose fault it was is not said without grounds."""

    code = "evidence_missing"


def judge(*, actor: User, ticket: Ticket, side: str, evidence: str, at: datetime) -> Fault | None:
    """Say whose fault it was, or, with an empty side, that it is open again.

    Raises:
        Refusal: the actor does not work on the ticket.
        EvidenceMissing: no such side, or no evidence.
    """
    evidence = evidence.replace("\x00", "").strip()[:LONGEST]
    if side and (side not in SIDES.values or not evidence):
        raise EvidenceMissing(_("Say whose fault it was and how we know."))
    with transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        judged = _keep(ticket, side, evidence, actor, at)
        told = {"side": plain(judged, "side") if judged else gettext_noop("open again"), "evidence": evidence}
        recording.record(ticket.customer, "support.fault_judged", actor=actor, at=at, about=ticket, facts=told, internal=True)
    return judged


def of(tickets: Iterable[Ticket]) -> dict[int, tuple[str, str]]:
    """Return the side and the evidence for each of some tickets of which they are known, by the ticket's key."""
    rows = list(tickets)
    claiming = {ticket.pk: ticket.finding_id for ticket in rows if ticket.finding_id and _claims(ticket)}
    errors = Finding.objects.exclude(status=Finding.Status.DISMISSED).filter(pk__in=set(claiming.values()))
    found = set(errors.values_list("pk", flat=True))
    ours = SIDES.OURS.value, _("we found the error ourselves")
    known = {pk: ours for pk, finding in claiming.items() if finding in found}
    judged = Fault.objects.filter(ticket__in=[ticket.pk for ticket in rows])
    return known | {row.ticket_id: (row.side, row.evidence) for row in judged}


def _claims(ticket: Ticket) -> bool:
    return ticket.kind == Ticket.Kind.BILLING and bool(ticket.document_id or ticket.line_id)


def _keep(ticket: Ticket, side: str, evidence: str, actor: User, at: datetime) -> Fault | None:
    if not side:
        Fault.objects.filter(ticket=ticket).delete()
        return None
    facts = {"side": side, "evidence": evidence, "judged_by": actor, "judged_at": at}
    return Fault.objects.update_or_create(ticket=ticket, defaults=facts)[0]
