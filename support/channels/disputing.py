"""Disputing: a customer says a line is wrong, in one step: a ticket about it, and its amount no longer asked for."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from billing.dunning import disputes
from billing.invoices.models import Line
from support.channels import writing
from support.tickets import turns
from support.tickets.models import Ticket


def open_ticket(*, line: Line, at: datetime, today: date, **facts: Any) -> Ticket:
    """Open a ticket as `writing.open_ticket` does and take `line` out of what is asked for. Repeating it does both once.

    Raises:
        Refusal: the ticket cannot be opened, or the line not be disputed; nothing was written then.
    """
    with turns.patience(), transaction.atomic():
        ticket = writing.open_ticket(line=line, at=at, **facts)
        disputes.raise_one(actor=facts["actor"], line=line, ticket_ref=ticket.ref, at=at, today=today)
    return ticket
