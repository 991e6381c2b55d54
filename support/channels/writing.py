"""Writing with files: opening a ticket or replying, with what comes along, all at once or not at all."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from support.channels import files
from support.channels.files import File
from support.knowledge import deflection
from support.tickets import conversation, turns
from support.tickets.models import Message, Ticket


def open_ticket(*, attached: Sequence[File] = (), **facts: Any) -> Ticket:
    """Open a ticket as `conversation.open_ticket` does, its first message with these files. Repeating it writes nothing twice.

    Raises:
        FileRefused: one of the files is not taken; nothing was written then.
        Refusal: see `conversation.open_ticket`.
    """
    kept = files.checked(attached)
    with turns.patience(), transaction.atomic():
        ticket = conversation.open_ticket(**facts)
        files.attach(ticket.messages.order_by("sent_at", "pk")[0], kept)
        if ticket.opened_at == facts["at"]:
            deflection.not_found(actor=facts["actor"], question=ticket.subject, at=facts["at"])
    return ticket


def reply(*, attached: Sequence[File] = (), **facts: Any) -> Message:
    """Reply as `conversation.reply` does, with these files. Repeating it writes nothing twice.

    Raises:
        FileRefused: one of the files is not taken; nothing was written then.
        Refusal: see `conversation.reply`.
    """
    kept = files.checked(attached)
    with turns.patience(), transaction.atomic():
        message = conversation.reply(**facts)
        files.attach(message, kept)
    return message
