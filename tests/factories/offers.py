"""Offers for tests."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.days import local_day
from accounts.people.models import User
from support.offers import defining, leads
from support.offers.leads import Need
from support.offers.models import Lead, Offer
from support.tickets.models import Ticket
from tests.factories import billing, people, support
from tests.factories.billing import FIRST_DAY, NOON


def offer(code: str = "line", **facts: Any) -> Offer:
    """An offer of LINE, which nobody runs yet."""
    billing.version("LINE", "84.00", product="line")
    wanted = {
        "name": "Line",
        "plan": billing.plan("LINE", product="line"),
        "because": "A line for {customer}.",
        "since": FIRST_DAY,
    }
    return defining.define(actor=None, code=code, at=NOON, **wanted | facts)


def lead(on: Ticket | None = None, *, by: User | None = None, to: User | None = None) -> Lead:
    """A need that an agent handed to a key account manager, to be seen to within the week, whatever day it is."""
    ticket, now = on or support.ticket(), timezone.now()
    due_on = local_day(now, ticket.customer.timezone) + timedelta(days=7)
    need = Need("Ten more seats for the lab", to or people.staff("key_account"), due_on)
    return leads.hand_over(
        actor=by or people.agent(), ticket=ticket, need=need, key=uuid4(), at=now
    )  # fmt: skip
