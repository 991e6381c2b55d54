"""Promises as they are shown: what we told a customer, by when, and how it stands."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from backoffice import deadlines_shown
from support.tickets.models import Ticket
from support.voice import promises
from support.voice.models import Promise

SHOWN, ON_A_CARD = 100, 8


def of_ticket(ticket: Ticket, *, at: datetime) -> list[dict[str, object]]:
    """Return what was promised on a ticket, the latest first."""
    return [_promise(promise, at) for promise in promises.of_ticket(ticket)]


def open_for(viewer: User, *, at: datetime) -> list[dict[str, object]]:
    """Return the open promises to the viewer's customers, the most urgent first."""
    waiting = promises.open_for(viewer).select_related("ticket", "customer", "made_by")[:SHOWN]
    return [_promise(promise, at) for promise in waiting]


def of_account(customer: Customer, *, at: datetime) -> list[dict[str, object]]:
    """Return what was promised to a customer and all below it, the open ones first."""
    return [_promise(promise, at) for promise in promises.of_account(customer)[:ON_A_CARD]]


def _promise(promise: Promise, at: datetime) -> dict[str, object]:
    broken = promises.is_broken(promise, at)
    is_open = promise.state == promises.OPEN
    due_in = (promise.due_on - local_day(at, promise.customer.timezone)).days
    return {
        "promise": promise,
        "is_open": is_open,
        "left": deadlines_shown.days_left(due_in) if is_open else "",
        "tone": "bad" if broken else "warning" if promises.is_at_risk(promise, at) else "info" if is_open else "good",
        "state": _state(promise, broken=broken, at_risk=promises.is_at_risk(promise, at)),
    }


def _state(promise: Promise, *, broken: bool, at_risk: bool) -> str:
    if promise.state == promises.OPEN:
        return _("Broken") if broken else _("At risk") if at_risk else _("Open")
    if promise.state == promises.KEPT:
        return _("Kept too late") if broken else _("Kept")
    return _("Withdrawn")
