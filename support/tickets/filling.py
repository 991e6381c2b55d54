"""Filling in fields of a ticket: by our people, and by customers where they are asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from support.tickets import conversation, field_values, turns
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket


def fill(*, actor: User, ticket: Ticket, given: Mapping[str, str], at: datetime) -> Ticket:
    """Fill in fields of a ticket by their codes; an empty word takes a value off. The same again changes nothing.

    Raises:
        Refusal: not within reach.
        field_values.FieldRefused: a field is not asked of the actor, or a value does not fit it; nothing was changed then.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        staff = conversation.is_staff(actor)
        access.decide(actor, access.WORK_TICKETS if staff else access.ASK_FOR_HELP, ticket.customer).or_refuse()
        fields = field_values.asked_of(ticket.kind, staff=staff)
        values = _changed(ticket, fields, given)
        _keep_needed(fields, values)
        if values:
            _write(ticket, fields, values, actor=actor, at=at)
    return ticket


def put_back(*, actor: User, ticket: Ticket, before: Mapping[str, Any], at: datetime) -> None:
    """Let a locked ticket have the values it had; part of a use case that decided access."""
    fields = list(TicketField.objects.all())
    values = {code: before.get(code) for code in {*ticket.fields, *before} if before.get(code) != ticket.fields.get(code)}
    if values:
        _write(ticket, fields, values, actor=actor, at=at)


def _changed(ticket: Ticket, fields: list[TicketField], given: Mapping[str, str]) -> dict[str, Any]:
    """Return what is to change; what is left as it stands is not read again, a retired option on it included.

    Of a field that is not asked nobody learns what stands in it: whatever is given for it is refused.
    """
    now = {field.code: field_values.written(ticket.fields.get(field.code)) for field in fields}
    fresh = {code: text for code, text in given.items() if text.strip() != now.get(code)}
    read = field_values.read_all(fields, fresh)
    return {code: value for code, value in read.items() if value != ticket.fields.get(code)}


def _keep_needed(fields: list[TicketField], values: Mapping[str, Any]) -> None:
    """See that what a ticket needs to be opened is not taken off it again."""
    for field in fields:
        if field.needed == TicketField.Needed.OPEN and field.code in values and values[field.code] is None:
            raise field_values.FieldRefused(field_values.wanted_words(field), field)


def _write(ticket: Ticket, fields: list[TicketField], values: Mapping[str, Any], *, actor: User, at: datetime) -> None:
    known = {field.code: field for field in fields}
    kept = ticket.fields
    ticket.fields = {code: value for code, value in (kept | dict(values)).items() if value is not None}
    ticket.touched_at = at
    ticket.save(update_fields=["fields", "touched_at"])
    for code, value in values.items():
        with in_plain_words():
            facts = {
                "field": known[code].label,
                "before": field_values.words(known[code], kept.get(code)) or "–",
                "after": field_values.words(known[code], value) or "–",
            }
        recording.record(
            ticket.customer, "support.ticket_field_filled", actor=actor, at=at, about=ticket, facts=facts, internal=True
        )
