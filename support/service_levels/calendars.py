"""Calendars: when we work, as managers set it, and the calendar of the clock that follows from it.

Public holidays come by country and region; days of our own close a day, or open one that would be a holiday.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.service_levels import cases
from support.service_levels.clock import WEEKDAYS, Calendar
from support.service_levels.models import OwnDay, ServiceCalendar

YEARS: Final = range(2015, 2056)


@dataclass(frozen=True)
class OwnDate:
    """A day of our own: closed, or open although it is a holiday."""

    day: date
    closed: bool = True
    name: str = ""


class MayNotSetServiceLevels(Refusal):
    """Only managers set calendars, targets and the ladder."""

    code = "may_not_set_service_levels"


class CalendarWrong(Refusal):
    """A calendar that cannot be: no hours, no such zone, no such country."""

    code = "calendar_wrong"


def define(
    *,
    actor: User,
    calendar: ServiceCalendar | None,
    name: str,
    timezone: str,
    hours: Mapping[str, Any],
    own_days: Sequence[OwnDate],
    at: datetime,
    country: str = "",
    region: str = "",
) -> ServiceCalendar:
    """Set a calendar, new or known, with all its own days. What is due is reckoned anew by it.

    Raises:
        MayNotSetServiceLevels, CalendarWrong: the actor may not, or the calendar cannot be.
    """
    require_manager(actor)
    country, region = country.strip().upper(), region.strip().upper()
    _require_sense({"timezone": timezone, "hours": hours}, country, region)
    facts = {"name": name.strip(), "timezone": timezone, "hours": dict(hours), "country": country, "region": region}
    with transaction.atomic():
        kept = calendar or ServiceCalendar()
        if not facts["name"] or ServiceCalendar.objects.filter(name=facts["name"]).exclude(pk=kept.pk).exists():
            raise CalendarWrong(_("A calendar has a name of its own."))
        for field, value in (facts | {"changed_at": at}).items():
            setattr(kept, field, value)
        kept.save()
        kept.own_days.all().delete()
        OwnDay.objects.bulk_create(
            OwnDay(calendar=kept, day=own.day, closed=own.closed, name=own.name)
            for own in {own.day: own for own in own_days}.values()
        )
        told = {"name": kept.name, "what": _("hours and holidays")}
        recording.record(None, "support.service_level_set", actor=actor, at=at, about=kept, facts=told, internal=True)
    return kept


def require_manager(actor: User) -> None:
    """Do nothing for those who steer.

    Raises:
        MayNotSetServiceLevels: anybody else.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise MayNotSetServiceLevels(_("Only managers set service levels."))


def clock_calendar(kept: ServiceCalendar) -> Calendar:
    """Return the calendar that the clock counts on."""
    own = tuple((row.day, row.closed) for row in kept.own_days.all())
    return _calendar(kept.timezone, json.dumps(kept.hours), kept.country, kept.region, own)


@lru_cache(maxsize=256)
def _calendar(timezone: str, hours: str, country: str, region: str, own: tuple[tuple[date, bool], ...]) -> Calendar:
    plain, said = cases.calendar_of({"timezone": timezone, "hours": json.loads(hours)}), dict(own)
    public = public_holidays(country, region)
    closed = {day for day in public if said.get(day, True)} | {day for day, is_closed in own if is_closed}
    return Calendar(plain.zone, plain.windows, frozenset(closed))


@lru_cache(maxsize=256)
def public_holidays(country: str, region: str) -> frozenset[date]:
    """Return the public holidays of a country, or of one of its regions; none where no country is named."""
    if not country:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=YEARS))


def in_words(kept: ServiceCalendar) -> str:
    """Say the hours as people read them: "mon–thu 08:00–12:00 13:00–17:00, fri 08:00–12:00"."""
    spoken = [(day, " ".join(f"{start}–{end}" for start, end in kept.hours.get(day) or [])) for day in WEEKDAYS]
    alike = [(words, [day for day, _words in days]) for words, days in groupby(spoken, key=lambda each: each[1]) if words]
    return ", ".join(f"{days[0]}–{days[-1]} {words}" if len(days) > 1 else f"{days[0]} {words}" for words, days in alike)


def _require_sense(case: Mapping[str, Any], country: str, region: str) -> None:
    try:
        windows = cases.calendar_of(case).windows
    except Refusal as refusal:
        raise CalendarWrong(refusal.reason) from refusal
    if not any(windows.values()):
        raise CalendarWrong(_("A calendar has at least one window: otherwise nothing is ever due."))
    try:
        public_holidays(country, region)
    except (NotImplementedError, AttributeError, KeyError) as problem:
        raise CalendarWrong(_("No public holidays are known for this country or region.")) from problem
