"""Sending: telling the people an activity concerns, each of them once.

The reader "notice" of the timeline. Per person a row is written first and marked once the mail server has taken the mail,
so that a second delivery passes over those who know already. Nothing is sent inside a transaction.
"""

from collections.abc import Iterable

from django.db.models.functions import Now

from accounts.people import access
from accounts.people.models import User
from accounts.timeline.models import Activity
from support.notices import audiences, letters
from support.notices.models import Told
from support.notices.table import NOTICES


class NotAllTold(ConnectionError):
    """The mail server did not take every mail; who was not told is told when the delivery comes due again."""

    def __init__(self, faults: Iterable[Exception]) -> None:
        super().__init__("; ".join(repr(fault) for fault in faults))


def send(activity: Activity) -> None:
    """Tell everybody whom `activity` concerns and who was not told yet.

    Raises:
        NotAllTold: the mail server refused or could not be reached for some of them; the others were told.
    """
    faults: list[Exception] = []
    for person in recipients(activity):
        told, _ = Told.objects.get_or_create(activity=activity, person=person)
        if told.sent_at:
            continue
        try:
            _tell(told, activity, person)
        except OSError as fault:  # every fault of a mail server and of the way to it, smtplib's included
            faults.append(fault)
    if faults:
        raise NotAllTold(faults)


def recipients(activity: Activity) -> list[User]:
    """Return who is told: the notice's audience, as far as each may know of it."""
    if activity.kind == "accounts.member_invited":
        return NOTICES[activity.kind].audience(activity)
    return [person for person in NOTICES[activity.kind].audience(activity) if _may_know(person, activity)]


def _may_know(person: User, activity: Activity) -> bool:
    if activity.internal and not access.level_of(person):
        return False
    return audiences.reaches(person, activity.customer)


def _tell(told: Told, activity: Activity, person: User) -> None:
    letters.write(NOTICES[activity.kind], activity, person).send()
    Told.objects.filter(pk=told.pk).update(sent_at=Now())
