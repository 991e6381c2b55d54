"""Fields of tickets as customers fill them in: on a ticket, and on a new one."""

from typing import Any

from support.tickets import field_values
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket
from window.asked_fields import FieldsForm


def form_of(ticket: Ticket, data: Any = None) -> FieldsForm:
    """Return the form of what customers are asked about a ticket, with what stands on it."""
    now = {code: field_values.written(value) for code, value in ticket.fields.items()}
    return FieldsForm(data, asked=field_values.asked_of(ticket.kind, staff=False), now=now)


def of_new_tickets() -> list[TicketField]:
    """Return what customers are asked about a new ticket, whatever its kind."""
    return list(TicketField.objects.asked().filter(customers=field_values.FILL))
