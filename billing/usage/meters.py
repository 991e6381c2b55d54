"""Meters as managers keep them: what is measured, and how measurements of a period become one number.

How a meter counts stays once it exists: invoices were reckoned by it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording as timeline
from billing.usage import recording
from billing.usage.models import Meter


class MeterMissing(Refusal):
    """A price is to be reckoned by something that is not measured."""

    code = "meter_missing"


class MeterStands(Refusal):
    """A meter exists and counts in another way."""

    code = "meter_stands"


def define(*, actor: User, code: str, aggregation: str, at: datetime) -> Meter:
    """Return the meter with this code, made when missing; the timeline keeps who made it. Repeating it changes nothing.

    Raises:
        MeterStands: it exists and counts otherwise.
    """
    with transaction.atomic():
        known = Meter.objects.filter(code=code).first()
        meter = known or recording.define_meter(code=code, aggregation=aggregation)
        if meter.aggregation != aggregation:
            raise MeterStands(
                _("The meter {code} counts in another way already; give the new one a code of its own.").format(code=code)
            )
        if not known:
            told = {"meter": code, "how": aggregation}
            timeline.record(None, "billing.meter_defined", actor=actor, at=at, facts=told, internal=True)
        return meter


def must_exist(codes: Iterable[str]) -> None:
    """Do nothing when each of `codes` is measured.

    Raises:
        MeterMissing: one is not.
    """
    wanted = set(codes)
    missing = wanted - set(Meter.objects.filter(code__in=wanted).values_list("code", flat=True))
    if missing:
        raise MeterMissing(_("Nothing is measured as {code}; add the meter first.").format(code=min(missing)))
