"""Digests: sending what waited for the end of quiet hours, and in one mail what a person reads once a day or once a week.

One mail at a time: its rows are claimed by putting their moment ahead (a lease, from the moment of claiming) with SKIP LOCKED and
marked when the mail server took the mail, so no two workers send the same, however slow it is. A mail that fails is tried again
after ever longer pauses and given up after MOST_TRIES: then it is news alone, and the row keeps the fault. Who may no
longer know of a thing is not told of it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F

from support.notices import letters, preferences, sending
from support.notices.models import Told, Way
from support.notices.table import NOTICES

LEASE: Final = timedelta(minutes=5)
ROUND: Final = timedelta(minutes=2)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_TRIES: Final = 10
MOST_IN_ONE: Final = 200
LONGEST_FAULT: Final = 300
Clock = Callable[[], datetime]

log = structlog.get_logger(__name__)


def send_due(*, now: Clock) -> int:
    """Send what waited until now, mail by mail, for as long as a round takes; return how many mails went out."""
    sent, ends_at = 0, now() + ROUND
    while (at := now()) < ends_at and (rows := _claimed(at)):
        sent += _sent_or_put_off(rows, now)
    return sent


def _claimed(at: datetime) -> list[Told]:
    """Claim the rows of the next mail: one that waited by itself, or all of one person's digest."""
    with transaction.atomic():
        due = Told.objects.filter(sent_at=None, due_at__lte=at)
        first = due.order_by("due_at", "pk").select_for_update(skip_locked=True).first()
        if first is None:
            return []
        same_mail = due.filter(person=first.person_id, way=first.way).exclude(pk=first.pk).order_by("pk")
        alone = first.way == Way.MAIL
        rest = same_mail.none() if alone else same_mail.select_for_update(skip_locked=True)[: MOST_IN_ONE - 1]
        keys = [first.pk, *(told.pk for told in rest)]
        Told.objects.filter(pk__in=keys).update(due_at=at + LEASE, tries=F("tries") + 1)
    return list(Told.objects.filter(pk__in=keys).select_related("activity__customer", "activity__actor", "person").order_by("pk"))


def _sent_or_put_off(rows: list[Told], now: Clock) -> bool:
    """Send one mail; whatever goes wrong with it, the next one is still sent."""
    try:
        return _sent(rows, now)
    except OSError as fault:  # the mail server is away
        log.warning("digest_failed", person=rows[0].person_id, fault=repr(fault))
        _put_off(rows, fault, now())
    except Exception as fault:
        log.exception("digest_fault", person=rows[0].person_id)
        _put_off(rows, fault, now())
    return False


def _sent(rows: list[Told], now: Clock) -> bool:
    """Send one mail of these rows, as far as its reader may still know of them."""
    person = rows[0].person
    known = [told for told in rows if person.is_active and sending.may_know(person, told.activity)]
    Told.objects.filter(pk__in={told.pk for told in rows} - {told.pk for told in known}).delete()
    if not known:
        return False
    return _sent_alone(known[0], now) if known[0].way == Way.MAIL else _sent_together(known, now)


def _sent_alone(told: Told, now: Clock) -> bool:
    """Send what waited for the morning; where it comes late, in other quiet hours, let it wait for their end."""
    if until := preferences.quiet_until(told.person, NOTICES[told.activity.kind].group, now()):
        Told.objects.filter(pk=told.pk).update(due_at=until, tries=F("tries") - 1)
        return False
    sending.tell(told, told.activity, told.person)
    return True


def _sent_together(rows: list[Told], now: Clock) -> bool:
    """Send a digest of what can be written."""
    fit = [told for told in rows if _can_be_written(told, now)]
    if fit:
        letters.digest(fit[0].person, [told.activity for told in fit], fit[0].way).send()
        Told.objects.filter(pk__in=[told.pk for told in fit]).update(sent_at=now(), fault="")
    return bool(fit)


def _can_be_written(told: Told, now: Clock) -> bool:
    """Say whether a digest can tell of this; what it cannot is left out and tried again by itself."""
    try:
        letters.entry(told.activity, told.person)
    except Exception as fault:
        log.exception("digest_entry_fault", told=told.pk)
        _put_off([told], fault, now())
        return False
    return True


def _put_off(rows: list[Told], fault: Exception, at: datetime) -> None:
    """Let rows come due again later; what was tried often enough is news alone from now on."""
    for told in rows:
        known = {"fault": repr(fault)[:LONGEST_FAULT]}
        if told.tries >= MOST_TRIES:
            log.error("notice_given_up", told=told.pk, person=told.person_id, fault=known["fault"])
            Told.objects.filter(pk=told.pk).update(way=Way.PORTAL, due_at=None, sent_at=at, **known)
        else:
            Told.objects.filter(pk=told.pk).update(due_at=at + pause_after(told.tries), **known)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many failed tries: 5 minutes, 10, 20 … at most 6 hours."""
    doublings: int = 2 ** (tries - 1)
    return min(LEASE * doublings, LONGEST_PAUSE)
