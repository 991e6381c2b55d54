"""Splitting: one message that raised a second matter becomes a ticket of its own, with its words, its writer and its files.

The message stays where it was said. The new ticket counts from the moment the customer wrote it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.channels import files
from support.channels.files import File
from support.tickets import assignment, conversation, deadlines, matter, turns
from support.tickets.models import Message, Ticket


class NotToSplit(Refusal):
    """Only what the customer said becomes a ticket of theirs."""

    code = "not_to_split"


def split(*, actor: User, message: Message, subject: str, key: UUID, at: datetime) -> Ticket:
    """Open a ticket with what the customer said in `message`. The same key again returns the first ticket.

    Raises:
        Refusal: not within reach, no subject, a note or words of ours, or the key was used for another message.
    """
    with turns.patience(), transaction.atomic():
        origin = conversation.lock(message.ticket)
        access.decide(actor, access.WORK_TICKETS, origin.customer).or_refuse()
        if message.internal or message.from_staff:
            raise NotToSplit(_("Only a message of the customer becomes a ticket of its own."))
        facts = {
            "customer": message.ticket.customer, "requester": message.author or origin.requester, "channel": origin.channel,
            "subject": conversation.words(subject, conversation.LONGEST_SUBJECT), "kind": origin.kind, "split_from": message,
        }  # fmt: skip
        fresh = facts | {"ref": numbering.next_ref("T"), "opened_at": message.sent_at, "touched_at": at}
        ticket, is_new = Ticket.objects.get_or_create(key=key, defaults=fresh)
        if is_new:
            _begin(ticket, message, actor=actor, at=at)
        elif ticket.split_from_id != message.pk:
            raise conversation.KeyAlreadyUsed
    return ticket


def _begin(ticket: Ticket, message: Message, *, actor: User, at: datetime) -> None:
    said = Message.objects.create(ticket=ticket, author=message.author, text=message.text, sent_at=message.sent_at)
    files.attach(said, [File(file.name, bytes(file.content)) for file in message.attachments.all()])
    ticket.finding = matter.finding_of(ticket, at)
    ticket.assignee = assignment.least_loaded(ticket.customer, kind=ticket.kind, at=at)
    ticket.save(update_fields=["finding", "assignee"])
    facts = {"subject": ticket.subject, "message": said.pk}
    recording.record(ticket.customer, "support.ticket_opened", actor=actor, at=at, about=ticket, facts=facts)
    facts = {"origin": message.ticket.ref}
    recording.record(ticket.customer, "support.ticket_split", actor=actor, at=at, about=ticket, facts=facts, internal=True)
    deadlines.reckon(ticket, at)
