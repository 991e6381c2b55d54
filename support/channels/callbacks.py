"""Call-backs: a customer asks to be called within a window of our hours; an agent calls, or tries again, until they spoke.

A call-back stands on a ticket, one at a time; it is late once its window has passed. That we called is written on the ticket
as a contact by telephone. A number is one by the rule that every phone number of a customer must pass, and stands here only, so
that it goes when its person is erased.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.customers import rules
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.channels import service_hours
from support.channels.models import CallBack
from support.channels.service_hours import Hours
from support.tickets import conversation, turns
from support.tickets.models import Ticket

OPEN, DONE, WITHDRAWN = CallBack.State.OPEN, CallBack.State.DONE, CallBack.State.WITHDRAWN
STEPS: Final[Mapping[str, frozenset[str]]] = {
    OPEN: frozenset({OPEN, DONE, WITHDRAWN}),  # open again: tried, nobody there
    DONE: frozenset(),
    WITHDRAWN: frozenset(),
}
SHORTEST, LONGEST, SLOT = timedelta(minutes=30), timedelta(hours=4), timedelta(hours=2)
FURTHEST: Final = timedelta(days=14)
DAYS_OFFERED, SLOTS_OFFERED = 10, 12
LONGEST_TOPIC: Final = 200


@dataclass(frozen=True)
class Window:
    """From when until when somebody can be called."""

    since: datetime
    until: datetime

    @property
    def words(self) -> str:
        """Write the window in the zone of its first moment: "Mon 2 Mar, 09:00 to 11:00 CET"."""
        day, ends = date_format(self.since, "D j M"), self.until.astimezone(self.since.tzinfo)
        times = {"day": day, "since": f"{self.since:%H:%M}", "until": f"{ends:%H:%M}", "zone": self.since.tzname()}
        return _("{day}, {since} to {until} {zone}").format(**times)

    def there(self, customer: Customer) -> "Window":
        """Return the same window by the customer's clock."""
        zone = ZoneInfo(customer.timezone)
        return Window(self.since.astimezone(zone), self.until.astimezone(zone))


@dataclass(frozen=True)
class Wish:
    """The number to call, about what, and when."""

    phone: str
    topic: str
    window: Window


class PhoneWrong(Refusal):
    """Not a phone number, by the rule for every phone number."""

    code = "phone_wrong"
    field = "phone"


class WindowNotPossible(Refusal):
    """A window outside our hours, in the past, too far ahead, too short or too long."""

    code = "window_not_possible"
    field = "window"


class TopicMissing(Refusal):
    """Nothing is said about what the call is for."""

    code = "topic_missing"
    field = "topic"


class CallWantedAlready(Refusal):
    """A ticket has one open call-back."""

    code = "call_wanted_already"


class CallHasEnded(Refusal):
    """A call-back that was made or withdrawn stays so."""

    code = "call_has_ended"


def ask(*, actor: User, customer: Customer, wish: Wish, key: UUID, at: datetime, **about: Any) -> CallBack:
    """Open a ticket for `customer` that asks for a call. The same key again returns the first one.

    Raises:
        PhoneWrong, WindowNotPossible, TopicMissing: see there; nothing was written.
        Refusal: see conversation.open_ticket.
    """
    wish = _checked(wish, customer, key, at)
    with turns.patience(), transaction.atomic():
        access.decide(actor, access.ASK_FOR_HELP, customer).or_refuse()
        text = _("Please call me, {window}.").format(window=wish.window.words)
        facts: dict[str, Any] = {"kind": Ticket.Kind.OTHER, "channel": Ticket.Channel.PHONE} | about
        ticket = conversation.open_ticket(
            actor=actor, customer=customer, subject=wish.topic, text=text, key=uuid5(NAMESPACE_URL, f"call {key}"), at=at, **facts
        )
        return _asked(ticket, wish, actor=actor, key=key, at=at)


def ask_on(*, actor: User, ticket: Ticket, wish: Wish, key: UUID, at: datetime) -> CallBack:
    """Ask for a call about a ticket one has; a resolved one is opened again. The same key again returns the first one.

    Raises:
        PhoneWrong, WindowNotPossible, TopicMissing, CallWantedAlready: see there; nothing was written.
        Refusal: see conversation.reply.
    """
    wish = _checked(wish, ticket.customer, key, at)
    with turns.patience(), transaction.atomic():
        access.decide(actor, access.ASK_FOR_HELP, ticket.customer).or_refuse()
        ticket = conversation.lock(ticket)
        if not CallBack.objects.filter(key=key).exists() and open_on(ticket):
            raise CallWantedAlready(_("A call is wanted about this ticket already. Withdraw it to choose another time."))
        text = _("{topic}: please call me, {window}.").format(topic=wish.topic, window=wish.window.words)
        conversation.reply(actor=actor, ticket=ticket, text=text, key=uuid5(NAMESPACE_URL, f"call {key}"), at=at)
        return _asked(ticket, wish, actor=actor, key=key, at=at)


def try_again(*, actor: User, callback: CallBack, at: datetime, window: Window | None = None) -> CallBack:
    """Note that we called and reached nobody; the call stays wanted, within another `window` if one is given.

    Raises:
        CallHasEnded, WindowNotPossible: see there.
        Refusal: not within reach.
    """
    with turns.patience(), transaction.atomic():
        callback = _lock(callback)
        access.decide(actor, access.WORK_TICKETS, callback.ticket.customer).or_refuse()
        _step(callback, OPEN)
        if window:
            _require_possible(window, service_hours.of(callback.ticket.customer, at), at)
            callback.since, callback.until = window.since, window.until
        callback.tries, callback.tried_at, callback.called_by = callback.tries + 1, at, actor
        callback.save(update_fields=["since", "until", "tries", "tried_at", "called_by"])
        facts = {"tries": callback.tries, "window": window_of(callback).words, "subject": callback.ticket.subject}
        _record(callback, "support.callback_tried", actor=actor, at=at, **facts)
    return callback


def done(*, actor: User, callback: CallBack, words: str, at: datetime) -> CallBack:
    """Note that we spoke: `words`, what was said, is written on the ticket as a contact by telephone, for both sides to read.

    Noting the same call again changes nothing.

    Raises:
        CallHasEnded: it was withdrawn.
        Refusal: not within reach, or nothing is said of the call; see conversation.reply.
    """
    with turns.patience(), transaction.atomic():
        callback = _lock(callback)
        access.decide(actor, access.WORK_TICKETS, callback.ticket.customer).or_refuse()
        if callback.state == DONE and callback.called_by_id == actor.pk:
            return callback
        _step(callback, DONE)
        text = _("By telephone: {words}").format(words=words.strip()) if words.strip() else ""
        key = uuid5(NAMESPACE_URL, f"called {callback.pk}")
        conversation.reply(actor=actor, ticket=callback.ticket, text=text, key=key, at=at)
        _end(callback, DONE, at, called_by=actor)
        _record(callback, "support.callback_done", actor=actor, at=at, late=is_late(callback, at))
    return callback


def withdraw(*, actor: User, callback: CallBack, at: datetime) -> CallBack:
    """Take the wish for a call back; by the customer or by staff. Twice does it once.

    Raises:
        CallHasEnded: the call was made.
        Refusal: not within reach.
    """
    action = access.WORK_TICKETS if conversation.is_staff(actor) else access.ASK_FOR_HELP
    with turns.patience(), transaction.atomic():
        callback = _lock(callback)
        access.decide(actor, action, callback.ticket.customer).or_refuse()
        if callback.state == WITHDRAWN:
            return callback
        _step(callback, WITHDRAWN)
        _end(callback, WITHDRAWN, at)
        _record(callback, "support.callback_withdrawn", actor=actor, at=at)
    return callback


def windows(customer: Customer, at: datetime) -> list[Window]:
    """Return the windows offered to `customer`: two hours each within our hours, from half an hour ahead on."""
    hours = service_hours.of(customer, at)
    stretches = hours.stretches(at, DAYS_OFFERED) if hours.calendar else _around_the_clock(at)
    found = [window for opened, closed in stretches for window in _slots(opened, closed) if window.since >= at + SHORTEST]
    return [window.there(customer) for window in found[:SLOTS_OFFERED]]


def is_late(callback: CallBack, at: datetime) -> bool:
    """Say whether a call is still wanted after its window."""
    return (callback.ended_at or at) > callback.until


def window_of(callback: CallBack) -> Window:
    """Return the window of a call in the zone of the customer."""
    return Window(callback.since, callback.until).there(callback.ticket.customer)


def open_on(ticket: Ticket) -> CallBack | None:
    """Return the call that is wanted about a ticket."""
    return latest(CallBack.objects.filter(ticket=ticket, state=OPEN))


def latest_on(ticket: Ticket) -> CallBack | None:
    """Return the last call that was wanted about a ticket, whatever became of it."""
    return latest(CallBack.objects.filter(ticket=ticket))


def latest(among: QuerySet[CallBack]) -> CallBack | None:
    """Return the one that was asked for last."""
    return among.select_related("ticket__customer", "person", "called_by").order_by("-asked_at", "-pk").first()


def waiting(viewer: User) -> QuerySet[CallBack]:
    """Return the calls that are wanted of us, the one that is late first at the top."""
    found = visible_to(viewer) if conversation.is_staff(viewer) else CallBack.objects.none()
    return found.filter(state=OPEN).order_by("until", "pk")


def visible_to(viewer: User) -> QuerySet[CallBack]:
    """Return the call-backs on tickets of the customers within reach of `viewer`."""
    within = access.within_reach(viewer, "ticket__customer")
    return CallBack.objects.filter(within).select_related("ticket__customer", "person", "called_by")


def _checked(wish: Wish, customer: Customer, key: UUID, at: datetime) -> Wish:
    """Return the wish as it is kept; one that was kept under the same key may have fallen out of its window since."""
    phone, topic = " ".join(wish.phone.replace("\x00", "").split()), " ".join(wish.topic.replace("\x00", "").split())
    subject = rules.Subject({"phone": phone})
    wrong = [complaint for rule in rules.refusing("phone") if (complaint := rule.broken_by(subject))]
    if not phone or wrong:
        raise PhoneWrong(_("The number {complaint}.").format(complaint=wrong[0]) if wrong else _("Say which number we call."))
    if not topic or len(topic) > LONGEST_TOPIC:
        raise TopicMissing(_("Say in at most {most} characters what the call is about.").format(most=LONGEST_TOPIC))
    if not CallBack.objects.filter(key=key).exists():
        _require_possible(wish.window, service_hours.of(customer, at), at)
    return Wish(phone, topic, wish.window.there(customer))


def _require_possible(window: Window, hours: Hours, at: datetime) -> None:
    if not SHORTEST <= window.until - window.since <= LONGEST:
        raise WindowNotPossible(_("Choose a window of half an hour to four hours."))
    if window.since < at or window.since > at + FURTHEST:
        raise WindowNotPossible(_("Choose a window from now on and within two weeks."))
    if not hours.covers(window.since, window.until):
        raise WindowNotPossible(_("We do not work all through this window. Choose one within our hours."))


def _asked(ticket: Ticket, wish: Wish, *, actor: User, key: UUID, at: datetime) -> CallBack:
    facts = {
        "ticket": ticket,
        "person": actor,
        "phone": wish.phone,
        "topic": wish.topic,
        "since": wish.window.since,
        "until": wish.window.until,
    }
    callback, is_new = CallBack.objects.get_or_create(key=key, defaults=facts | {"asked_at": at})
    if is_new:
        _record(callback, "support.callback_asked", actor=actor, at=at, window=wish.window.words)
    elif any(getattr(callback, name) != fact for name, fact in facts.items()):
        raise conversation.KeyAlreadyUsed
    return callback


def _step(callback: CallBack, to: str) -> None:
    if to not in STEPS[callback.state]:
        raise CallHasEnded(_("This call back is “{state}” already.").format(state=callback.get_state_display().lower()))


def _end(callback: CallBack, state: str, at: datetime, **changed: Any) -> None:
    for name, value in (changed | {"state": state, "ended_at": at}).items():
        setattr(callback, name, value)
    callback.save(update_fields=["state", "ended_at", *changed])


def _slots(opened: datetime, closed: datetime) -> Iterator[Window]:
    begins = opened
    while closed - begins >= SHORTEST:
        yield Window(begins, min(begins + SLOT, closed))
        begins += SLOT


def _around_the_clock(at: datetime) -> Iterator[tuple[datetime, datetime]]:
    begins = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    yield begins, begins + SLOTS_OFFERED * SLOT


def _lock(callback: CallBack) -> CallBack:
    ticket = conversation.lock(callback.ticket)
    locked = CallBack.objects.select_for_update(of=("self",)).select_related("person", "called_by").get(pk=callback.pk)
    locked.ticket = ticket
    return locked


def _record(callback: CallBack, kind: str, *, actor: User, at: datetime, **facts: Any) -> None:
    told = {"callback": callback.pk} | facts
    recording.record(callback.ticket.customer, kind, actor=actor, at=at, about=callback.ticket, facts=told)
