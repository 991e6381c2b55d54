"""Digests: sending what waited for the end of quiet hours, and in one mail what a person reads once a day or once a week.

Rows are claimed by putting their moment ahead (a lease) with SKIP LOCKED and marked when the mail server took the mail; after a
worker's death or while a mail server is down they come due again. Who may no longer know of a thing is not told of it.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from accounts.people.models import User
from support.notices import letters, sending
from support.notices.models import Told, Way

LEASE: Final = timedelta(minutes=5)
PEOPLE_AT_ONCE: Final = 50
MOST_IN_ONE: Final = 200

log = structlog.get_logger(__name__)


def send_due(*, at: datetime, limit: int = PEOPLE_AT_ONCE) -> int:
    """Send up to `limit` people what waited for them until `at`; return how many mails went out."""
    waiting = Told.objects.filter(sent_at=None, due_at__lte=at).order_by("person_id")
    people = list(waiting.values_list("person_id", flat=True).distinct()[:limit])
    return sum(_send_or_note(User.objects.get(pk=pk), at) for pk in people)


def _send_or_note(person: User, at: datetime) -> int:
    """Send one person what waited; what nobody foresaw holds up nobody else."""
    try:
        return _send_to(person, at)
    except Exception:
        log.exception("digest_fault", person=person.pk)
        return 0


def _send_to(person: User, at: datetime) -> int:
    rows = _claimed(person, at)
    known = [told for told in rows if person.is_active and sending.may_know(person, told.activity)]
    Told.objects.filter(pk__in={told.pk for told in rows} - {told.pk for told in known}).delete()
    sent = sum(_sent([told], at) for told in known if told.way == Way.MAIL)
    for way in (Way.DAILY, Way.WEEKLY):
        if gathered := [told for told in known if told.way == way]:
            sent += _sent(gathered, at)
    return sent


def _claimed(person: User, at: datetime) -> list[Told]:
    with transaction.atomic():
        due = Told.objects.filter(person=person, sent_at=None, due_at__lte=at).order_by("pk")
        keys = [told.pk for told in due.select_for_update(skip_locked=True)[:MOST_IN_ONE]]
        Told.objects.filter(pk__in=keys).update(due_at=at + LEASE)
    return list(Told.objects.filter(pk__in=keys).select_related("activity__customer", "activity__actor", "person").order_by("pk"))


def _sent(rows: list[Told], at: datetime) -> bool:
    """Send one mail of these rows; a single one that waited for the morning is the notice itself."""
    person = rows[0].person
    try:
        if rows[0].way == Way.MAIL:
            sending.tell(rows[0], rows[0].activity, person)
        else:
            letters.digest(person, [told.activity for told in rows], rows[0].way).send()
    except OSError as fault:  # the mail server is away: what was claimed comes due again
        log.warning("digest_failed", person=person.pk, fault=repr(fault))
        return False
    Told.objects.filter(pk__in=[told.pk for told in rows]).update(sent_at=at)
    return True
