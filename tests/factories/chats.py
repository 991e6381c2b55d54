"""Help for tests of chats and call-backs: somebody present, a chat that waits or goes on, a call that is wanted.

`round_the_clock()` lets us work all day, for every customer; `office_hours()` from nine to five on weekdays in Berlin.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from accounts.customers.models import Customer
from accounts.people.models import User
from support.channels import callbacks
from support.channels.callbacks import Window, Wish
from support.channels.chat import chats, presence
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from support.service_levels.models import ServiceCalendar, ServiceTarget
from tests.factories import people
from tests.factories.customers import group
from tests.factories.support import NOON

PHONE = "+49 30 1234567"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _hours(days: tuple[str, ...], since: str, until: str) -> None:
    """Answer everybody first within two hours of this one calendar."""
    ServiceTarget.objects.all().delete()
    hours = {day: [[since, until]] for day in days}
    facts = {"timezone": "Europe/Berlin", "hours": hours, "country": "", "changed_at": NOON}
    calendar, _ = ServiceCalendar.objects.update_or_create(name="Chat", defaults=facts)
    ServiceTarget.objects.create(
        clock="first_response", minutes=120, calendar=calendar, since=people.LONG_AGO, changed_at=NOON
    )  # fmt: skip


def round_the_clock() -> None:
    """We work all day, every day."""
    _hours(WEEK, "00:00", "24:00")


def office_hours() -> None:
    """We work from nine to five on weekdays in Berlin."""
    _hours(WEEK[:5], "09:00", "17:00")


def available(agent: User | None = None, *, at_once: int = 3, at: datetime = NOON) -> User:
    """One of our people who is there for chats."""
    agent = agent or people.agent()
    presence.declare(actor=agent, state="available", at_once=at_once, at=at)
    return agent


def waiting(customer: Customer | None = None, *, by: User | None = None, at: datetime = NOON, **facts: Any) -> Chat:
    """A chat that waits for somebody; somebody is present."""
    customer = customer or group()
    round_the_clock()
    if not presence.free(at).exists():
        available(at=at)
    words = {"subject": "Billed twice", "text": "We were billed twice.", "key": uuid4()} | facts
    ticket = chats.start(actor=by or people.member(customer), customer=customer, at=at, **words)
    return Chat.objects.select_related("ticket__customer", "person", "agent").get(ticket=ticket)


def live(customer: Customer | None = None, *, agent: User | None = None, at: datetime = NOON, **facts: Any) -> Chat:
    """A chat that an agent picked up."""
    agent = agent or available(at=at)
    return chats.pick_up(actor=agent, chat=waiting(customer, at=at, **facts), at=at)


def wish(at: datetime = NOON, **changed: Any) -> Wish:
    """A call tomorrow at the same time, for an hour."""
    since = at + timedelta(days=1)
    return Wish(**{"phone": PHONE, "topic": "The invoice of May", "window": Window(since, since + timedelta(hours=1))} | changed)


def callback(customer: Customer | None = None, *, by: User | None = None, at: datetime = NOON, **facts: Any) -> CallBack:
    """A call that is wanted tomorrow."""
    customer = customer or group()
    round_the_clock()
    words = {"wish": wish(at), "key": uuid4()} | facts
    return callbacks.ask(actor=by or people.member(customer), customer=customer, at=at, **words)
