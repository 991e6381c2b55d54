"""What a change does to the fields of tickets: foreseen without a statement a ticket, and without touching anything."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.decisions import Refusal
from support.tickets import field_values
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket

Step = tuple[str, str, str]


def asked(given: Mapping[str, str], *, ends: bool) -> list[TicketField]:
    """Return the fields a change has to do with: none, unless it fills in some or ends tickets."""
    return list(TicketField.objects.asked()) if given or ends else []


def foreseen(
    fields: Sequence[TicketField], ticket: Ticket, *, kind: str, given: Mapping[str, str], ends: bool
) -> tuple[list[Step], str]:
    """Return what changes on a ticket that will be of `kind`, and what objects: a value that does not fit, or one missing."""
    here = [field for field in fields if field.kind in ("", kind)]
    try:
        values = field_values.read_all(here, given)
    except Refusal as refusal:
        return [], refusal.reason
    after = {code: value for code, value in (ticket.fields | values).items() if value is not None}
    needed = [field for field in here if ends and field.needed == TicketField.Needed.RESOLVE]
    empty = field_values.missing(needed, kind, after)
    return _steps(here, ticket.fields, after, values), field_values.wanted_words(empty) if empty else ""


def _steps(
    fields: Sequence[TicketField], before: Mapping[str, Any], after: Mapping[str, Any], asked: Mapping[str, Any]
) -> list[Step]:
    return [
        (field.name, field_values.words(field, before.get(field.code)), field_values.words(field, after.get(field.code)))
        for field in fields
        if field.code in asked and before.get(field.code) != after.get(field.code)
    ]
