"""Sending: telling the people an activity concerns, each of them once, in the way they chose.

The reader "notice" of the timeline. Per person a row is written first and marked once the mail server has taken the mail,
so that a second delivery passes over those who know already; the row also says how this person is told, which is decided once.
What waits for the end of quiet hours or for a digest is sent by digests.py. Nothing is sent inside a transaction.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models.functions import Now

from accounts.people import access
from accounts.people.models import User
from accounts.timeline.models import Activity
from support.notices import audiences, letters, preferences
from support.notices.models import Told, Way
from support.notices.table import NOTICES

# What is told of a ticket to who raised it for another: that it came in, what we say, how it ended; never what was granted.
SHARED: Final = frozenset({"support.ticket_opened", "support.message_sent", "support.ticket_resolved"})


class NotAllTold(ConnectionError):
    """The mail server did not take every mail; who was not told is told when the delivery comes due again."""

    def __init__(self, faults: Iterable[Exception]) -> None:
        super().__init__("; ".join(repr(fault) for fault in faults))


def send(activity: Activity) -> None:
    """Tell everybody whom `activity` concerns and who was not told yet; who chose another way or hour is told then.

    Raises:
        NotAllTold: the mail server refused or could not be reached for some of them; the others were told.
    """
    faults: list[Exception] = []
    for person in recipients(activity):
        told = _planned(activity, person)
        if told.sent_at or told.due_at:
            continue
        try:
            tell(told, activity, person)
        except OSError as fault:  # every fault of a mail server and of the way to it, smtplib's included
            faults.append(fault)
    if faults:
        raise NotAllTold(faults)


def recipients(activity: Activity) -> list[User]:
    """Return who is told: the notice's audience, as far as each may know of it."""
    if activity.kind == "accounts.member_invited":
        return NOTICES[activity.kind].audience(activity)
    return [person for person in NOTICES[activity.kind].audience(activity) if may_know(person, activity)]


def may_know(person: User, activity: Activity) -> bool:
    """Say whether `person` may know of `activity` now."""
    if activity.internal and not access.level_of(person):
        return False
    return audiences.reaches(person, activity.customer) or _is_shared(person, activity)


def _is_shared(person: User, activity: Activity) -> bool:
    """Say whether it is about a ticket that a customer of `person` raised for another, and about nothing else of the other."""
    return activity.kind in SHARED and access.decide_on_shared(person, activity.about_ref).allowed


def tell(told: Told, activity: Activity, person: User) -> None:
    """Send one notice by mail and note that it went.

    Raises:
        OSError: the mail server did not take it; it is still to be told.
    """
    letters.write(NOTICES[activity.kind], activity, person).send()
    Told.objects.filter(pk=told.pk).update(sent_at=Now(), fault="")


def _planned(activity: Activity, person: User) -> Told:
    """Return the row that says how this person is told, written the first time."""
    if earlier := Told.objects.filter(activity=activity, person=person).first():
        return earlier
    plan = preferences.plan(person, NOTICES[activity.kind].group, activity.customer, activity.at)
    sent_at = Now() if plan.way == Way.PORTAL else None
    given = {"way": plan.way, "due_at": plan.due_at, "sent_at": sent_at}
    return Told.objects.get_or_create(activity=activity, person=person, defaults=given)[0]
