"""What takes two persons: one asks for it, another approves it, and only then does it hold, from one day until another.

A row that was approved never reaches back: it holds from the day of the approval at the earliest, so the answer for a
day gone by stays what it was. That the two differ is a constraint of the database.
"""

from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import second_person
from accounts.people.models import User


class AskedAndApproved(models.Model):
    """Asked for by one person, approved by another; in force for the days `[since, until)`."""

    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")), name="%(class)s_takes_a_second_person"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="%(class)s_ends_after_it_starts"),
        ]

    @property
    def waits(self) -> bool:
        """Say whether nobody has approved it yet."""
        return self.approved_by_id is None


Row = TypeVar("Row", bound=AskedAndApproved)


class SecondPersonNeeded(Refusal):
    """Who asks for something does not approve it."""

    code = "second_person_needed"


class SpanMakesNoSense(Refusal):
    """It would end before it begins, or reach into the past."""

    code = "span_makes_no_sense"


def in_force(on: date) -> Q:
    """Return the condition that a row was approved and holds on the day `on`."""
    return Q(approved_by__isnull=False, since__lte=on) & (Q(until=None) | Q(until__gt=on))


def check_span(since: date, until: date | None, at: datetime) -> None:
    """Do nothing when the days can be.

    Raises:
        SpanMakesNoSense: it begins in the past or ends before it begins.
    """
    if since < at.date():
        raise SpanMakesNoSense(_("It cannot begin in the past: what held on a day gone by stays as it was."))
    if until is not None and until <= since:
        raise SpanMakesNoSense(_("It must end after it begins."))


def approve(row: Row, *, actor: User, at: datetime) -> Row:
    """Let what somebody else asked for hold, from its first day or today, whichever is later. Again changes nothing.

    Raises:
        SecondPersonNeeded: the actor asked for it.
        SpanMakesNoSense: its days are over.
    """
    with transaction.atomic():
        held = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if not held.waits:
            return held
        own = _("You asked for this yourself; a second person must approve it.")
        if not (second := second_person.decide(actor, held.asked_by, reason=own)).allowed:
            raise SecondPersonNeeded(second.reason)
        held.since = max(held.since, at.date())
        if held.until is not None and held.until <= held.since:
            raise SpanMakesNoSense(_("Its last day has passed; ask for it anew."))
        held.approved_by_id, held.approved_at = actor.pk, at
        held.save(update_fields=["since", "approved_by", "approved_at"])
    return held


def end(row: Row, *, at: datetime) -> Row:
    """Let it hold no longer, from today on; what waits ends without ever having held."""
    with transaction.atomic():
        held = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if held.until is None or held.until > at.date():
            held.until = max(at.date(), held.since)
            held.save(update_fields=["until"])
    return held
