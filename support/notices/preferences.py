"""Preferences: how a person wants to be told, for everything or at one customer and below; and when.

A choice for the nearest customer above goes before one for everything; without any choice, mail at once. What must be
told is not chosen. One link in a mail ends the mails of its group: what it held is then only news in the portal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from support.notices import moments
from support.notices.groups import GROUPS
from support.notices.models import NoticeChoice, NoticeHours, Told, Way
from support.notices.table import NOTICES

SIGNER: Final = Signer(salt="no more mails of this kind")


class AlwaysTold(Refusal):
    """Some notices cannot be switched off."""

    code = "always_told"


class NoSuchChoice(Refusal):
    """A choice names a group and a way there is."""

    code = "no_such_choice"


class HoursIncomplete(Refusal):
    """Quiet hours have a beginning and an end, and they differ."""

    code = "hours_incomplete"
    field = "quiet_until"


class NoSuchLink(Refusal):
    """The link is not one of ours, or was cut short."""

    code = "no_such_link"


@dataclass(frozen=True)
class Plan:
    """How and when one person is told of one activity; without a moment, at once."""

    way: str
    due_at: datetime | None = None


def choose(*, person: User, group: str, way: str, customer: Customer | None = None) -> None:
    """Tell `person` of a group of notices in this way from now on; an empty way at a customer follows the choice for everything.

    Raises:
        AlwaysTold, NoSuchChoice: the group cannot be switched off, there is no such group or way.
        Refusal: the person does not see the customer.
    """
    if group not in GROUPS or way not in {*Way.values, ""}:
        raise NoSuchChoice(_("There is no such choice."))
    if always := GROUPS[group].always:
        raise AlwaysTold(str(always))
    if customer is not None:
        access.decide(person, access.SEE_CUSTOMER, customer).or_refuse()
    if way:
        NoticeChoice.objects.update_or_create(person=person, customer=customer, group=group, defaults={"way": way})
    else:
        NoticeChoice.objects.filter(person=person, customer=customer, group=group).delete()


def set_hours(
    *, person: User, quiet_since: time | None, quiet_until: time | None, digest_at: time, digest_on: int
) -> NoticeHours:
    """Keep when `person` wants mail. Both ends of quiet hours, or none.

    Raises:
        HoursIncomplete: only one end was given, or both are the same.
    """
    if (quiet_since is None) != (quiet_until is None) or (quiet_since is not None and quiet_since == quiet_until):
        raise HoursIncomplete(_("Quiet hours need a beginning and another end; leave both empty for none."))
    given = {"quiet_since": quiet_since, "quiet_until": quiet_until, "digest_at": digest_at, "digest_on": digest_on}
    return NoticeHours.objects.update_or_create(person=person, defaults=given)[0]


def keep(
    *,
    person: User,
    everywhere: Mapping[str, str],
    customer: Customer | None = None,
    here: Mapping[str, str] | None = None,
    **hours: Any,
) -> None:
    """Keep all that a person chose on one page: ways everywhere, ways at one customer, hours as `set_hours` takes them.

    Raises:
        Refusal: something of it cannot be; then nothing of it is kept.
    """  # fmt: skip
    with transaction.atomic():
        set_hours(person=person, **hours)
        for group, way in everywhere.items():
            choose(person=person, group=group, way=way)
        for group, way in (here or {}).items():
            choose(person=person, group=group, way=way, customer=customer)


def unsubscribe(*, token: str) -> tuple[User, str]:
    """End the mails of the group a link stands for; what it tells is news in the portal. Repeating it changes nothing.

    Raises:
        NoSuchLink: the link is not one of ours.
    """
    person, group = named(token)
    with transaction.atomic():
        NoticeChoice.objects.filter(person=person, group=group).update(way=Way.PORTAL)
        choose(person=person, group=group, way=Way.PORTAL)
        kinds = [kind for kind, notice in NOTICES.items() if notice.group == group]
        waiting = Told.objects.filter(person=person, sent_at=None, due_at__isnull=False, activity__kind__in=kinds)
        waiting.update(way=Way.PORTAL, due_at=None, sent_at=Now())
    return person, group


def token_of(person: User, group: str) -> str:
    """Return what stands in the link that ends the mails of a group; it opens nothing else."""
    return SIGNER.sign(f"{person.pk}-{group}")


def named(token: str) -> tuple[User, str]:
    """Return whom and which group a link stands for.

    Raises:
        NoSuchLink: the link is not one of ours.
    """
    try:
        number, _dash, group = SIGNER.unsign(token).partition("-")
        person = User.objects.filter(pk=int(number), is_active=True).first()
    except (BadSignature, ValueError):
        person, group = None, ""
    if person is None or group not in GROUPS or GROUPS[group].always or GROUPS[group].ours:
        raise NoSuchLink(_("This link is not complete. Open it again from the mail."))
    return person, group


def plan(person: User, group: str, customer: Customer | None, at: datetime) -> Plan:
    """Return how and when `person` is told of something that happened to `customer` at the moment `at`."""
    way = way_for(person, group, customer)
    if way == Way.PORTAL:
        return Plan(way)
    hours = hours_of(person)
    if way == Way.DAILY:
        return Plan(way, moments.next_daily(at, zone=person.timezone, when=hours.digest_at))
    if way == Way.WEEKLY:
        due = moments.next_weekly(at, zone=person.timezone, when=hours.digest_at, weekday=hours.digest_on)
        return Plan(way, due)
    return Plan(way, quiet_until(person, group, at))


def quiet_until(person: User, group: str, at: datetime) -> datetime | None:
    """Return when the quiet hours in which a mail of a group would come now end; None: it may come."""
    if GROUPS[group].at_once:
        return None
    hours = hours_of(person)
    return moments.end_of_quiet(at, zone=person.timezone, since=hours.quiet_since, until=hours.quiet_until)


def way_for(person: User, group: str, customer: Customer | None) -> str:
    """Return how `person` is told of a group of notices at `customer`: the nearest choice, else mail."""
    if GROUPS[group].always:
        return Way.MAIL
    mine = NoticeChoice.objects.filter(person=person, group=group)
    everywhere = mine.filter(customer=None)
    above = mine.filter(customer__in=Customer.objects.above(customer)) if customer else mine.none()
    found = (everywhere | above).order_by(F("customer__lft").desc(nulls_last=True)).first()
    return found.way if found else Way.MAIL


def hours_of(person: User) -> NoticeHours:
    """Return when a person wants mail; without a choice, always, and digests at seven on Mondays."""
    return NoticeHours.objects.filter(person=person).first() or NoticeHours(person=person)


def choices_of(person: User, customer: Customer | None) -> dict[str, str]:
    """Return what `person` chose for everything (without a customer) or at this very customer, by group."""
    return dict(NoticeChoice.objects.filter(person=person, customer=customer).values_list("group", "way"))
