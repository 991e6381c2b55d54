"""Calls: that we spoke with a customer by telephone, noted in the conversation of their ticket."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.timeline import recording
from support.tickets import conversation, turns
from support.tickets.models import Message, Ticket


def log(*, actor: User, ticket: Ticket, words: str, key: UUID, at: datetime) -> Message:
    """Note a call on `ticket`, as the customer reads it too; without words, that there was one. The same key again notes it once.

    Raises:
        Refusal: not within reach, the actor is none of ours, or another one speaks in this conflict; see conversation.reply.
    """
    said = words.replace("\x00", "").strip()
    text = _("By telephone: {words}").format(words=said) if said else _("We spoke by telephone.")
    with turns.patience(), transaction.atomic():
        if not conversation.is_staff(actor):
            raise conversation.NotesAreForStaff(_("Only our staff note calls."))
        is_new = not Message.objects.filter(key=key).exists()
        message = conversation.reply(actor=actor, ticket=ticket, text=text, key=key, at=at)
        if is_new:
            facts = {"message": message.pk}
            recording.record(ticket.customer, "support.call_logged", actor=actor, at=at, about=ticket, facts=facts)
    return message
