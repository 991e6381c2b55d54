"""A chat that went well, and calls that are wanted: one soon, one that we owe since days."""

from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.customers.models import Customer
from accounts.people.models import User
from backoffice.demo.people import AGENT
from support.channels import callbacks, service_hours
from support.channels.callbacks import Wish
from support.channels.chat import chats, presence

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SAID: Final = (
    (False, "Hello! We would like to add three seats for the new colleagues, from the first of next month."),
    (True, "Good morning. You can do that yourself under Contracts, Change: choose 'on a day' and the first."),
    (False, "Found it, the preview shows the price. Thank you!"),
)
CALLS: Final = (
    ("member@oxbow.example", "OX", "+353 1 5550134", "Closing two sites in spring", 0),
    ("admin@kestrel.example", "KR", "+1 212 555 0187", "The purchase order on our invoices", 4),
)


def arrange(*, at: datetime) -> None:
    """Let the Berlin member chat with the agent a day ago, and two customers ask for a call."""
    agent = User.objects.get(email=AGENT)
    _chat(agent, at - DAY)
    presence.declare(actor=agent, state=presence.AWAY, at_once=3, at=at)
    for email, ref, phone, topic, days_ago in CALLS:
        customer, asked_at = Customer.objects.get(ref=ref), at - days_ago * DAY
        wish = Wish(phone, topic, callbacks.windows(customer, asked_at)[0])
        callbacks.ask(actor=User.objects.get(email=email), customer=customer, wish=wish, key=_key(topic), at=asked_at)


def _chat(agent: User, before: datetime) -> None:
    person, berlin = User.objects.get(email="member@berlin.helios.example"), Customer.objects.get(ref="HB")
    began = _while_open(berlin, before)
    presence.declare(actor=agent, state=presence.AVAILABLE, at_once=3, at=began)
    subject = "Three more seats"
    ticket = chats.start(actor=person, customer=berlin, subject=subject, text=SAID[0][1], key=_key(subject), at=began)
    if going := chats.open_on(ticket):
        chat = chats.pick_up(actor=agent, chat=going, at=began + MINUTE)
        for minutes, (ours, text) in enumerate(SAID[1:], start=2):
            said_by = agent if ours else person
            chats.say(actor=said_by, chat=chat, text=text, key=_key(text), at=began + minutes * MINUTE)
        closing = "You added the seats yourself; the preview showed the price, and the next invoice shows the days."
        chats.end(actor=agent, chat=chat, words=closing, at=began + 5 * MINUTE)


def _while_open(customer: Customer, at: datetime) -> datetime:
    """Return the last full quarter of an hour at which we were there, a week back at most."""
    hours = service_hours.of(customer, at)
    moments = (at - count * HOUR for count in range(24 * 7))
    return next((moment for moment in moments if hours.is_open(moment) and hours.is_open(moment + HOUR / 4)), at)


def _key(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo talk {what}")
