"""Leads as they are shown: what a customer needs, with whom it is, by when, and what came of it."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from accounts.days import local_day
from accounts.people.models import User
from backoffice.forms.leads import LeadForm
from support.offers import leads
from support.offers.models import Lead
from support.tickets.models import Ticket

SHOWN: Final = 100
TONES: Final = {"handed": "info", "worked_on": "info", "won": "good", "lost": "warning", "none": "info"}


def on_ticket(viewer: User, ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    """Return what was handed over from a ticket, with the form for one more."""
    seller = leads.nearest_seller(ticket.customer, local_day(at, ticket.customer.timezone))
    form = LeadForm(viewer=viewer, initial={"to": seller})
    return {"leads": [_lead(lead, viewer, at) for lead in leads.of_ticket(ticket)], "lead_form": form}


def listed(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return the open leads that are due first; the viewer's alone where the address asks so."""
    mine = request.GET.get("whose", "") == "mine"
    rows = leads.open_for(request.user, mine=mine)[:SHOWN]
    return {"rows": [_lead(lead, request.user, at) for lead in rows], "mine": mine}


def _lead(lead: Lead, viewer: User, at: datetime) -> dict[str, Any]:
    late = leads.is_late(lead, at)
    return {
        "lead": lead,
        "late": late,
        "tone": "bad" if late else TONES[lead.state],
        "is_open": lead.state in leads.OPEN,
        "may_take": lead.state == Lead.State.HANDED and lead.handed_to_id == viewer.pk,
    }
