"""Loading: many tickets written at once, each with its first message; for large worlds and take-over from another system."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import numbering
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.timeline import recording
from support.tickets.models import Message, Ticket

AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Case:
    """One ticket as it was: who asked what, when, who had it, and when it was resolved (None: still open)."""

    customer: Customer
    requester: User | None
    assignee: User | None
    subject: str
    text: str
    kind: str
    opened_at: datetime
    resolved_at: datetime | None = None


def load(cases: Iterable[Case]) -> int:
    """Bring the cases in, in one transaction, a part of them at a time; return how many there were."""
    known = list(cases)
    with transaction.atomic():
        for start in range(0, len(known), AT_ONCE):
            _load_part(known[start : start + AT_ONCE])
    return len(known)


def _load_part(cases: Sequence[Case]) -> None:
    refs = numbering.next_refs("T", len(cases))
    tickets = Ticket.objects.bulk_create([_ticket(ref, case) for ref, case in zip(refs, cases, strict=True)])
    Message.objects.bulk_create(
        Message(ticket=ticket, author=case.requester, text=case.text, sent_at=case.opened_at)
        for ticket, case in zip(tickets, cases, strict=True)
    )
    opened = [
        recording.Entry(ticket.customer, "support.ticket_opened", {"subject": ticket.subject}, about=ticket) for ticket in tickets
    ]
    recording.record_many(opened, actor=None, at=max(case.opened_at for case in cases))


def _ticket(ref: str, case: Case) -> Ticket:
    touched_at = case.resolved_at or case.opened_at
    return Ticket(
        ref=ref,
        customer=case.customer,
        requester=case.requester,
        assignee=case.assignee,
        subject=case.subject,
        kind=case.kind,
        status=Ticket.Status.RESOLVED if case.resolved_at else Ticket.Status.OPEN,
        outcome="answered" if case.resolved_at else "",
        opened_at=case.opened_at,
        resolved_at=case.resolved_at,
        touched_at=touched_at,
    )
