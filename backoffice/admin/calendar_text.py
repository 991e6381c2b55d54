"""A calendar as lines of text: "mon-fri 08:00-12:00 13:00-17:00" for the week, "2026-12-24 closed Christmas Eve" for a day."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from support.service_levels.calendars import OwnDate
from support.service_levels.clock import WEEKDAYS
from support.service_levels.models import OwnDay


def week(text: str) -> dict[str, list[list[str]]]:
    """Return the windows by weekday; whether they are times of day the domain asks."""
    hours: dict[str, list[list[str]]] = {}
    for words in _lines(text):
        windows = [window.replace("–", "-").split("-") for window in words[1:]]
        if not windows or any(len(window) != 2 for window in windows):
            raise ValidationError(_("Write a line of hours as mon-fri 08:00-12:00 13:00-17:00."))
        for day in _weekdays(words[0].lower()):
            hours.setdefault(day, []).extend(windows)
    return hours


def days(text: str) -> list[OwnDate]:
    """Return the days of our own."""
    return [_day(words) for words in _lines(text)]


def written_week(hours: Mapping[str, Any]) -> str:
    """Write the hours one weekday a line."""
    spoken = ((day, hours.get(day) or []) for day in WEEKDAYS)
    return "\n".join(f"{day} {' '.join('-'.join(window) for window in windows)}" for day, windows in spoken if windows)


def written_days(own: Iterable[OwnDay]) -> str:
    """Write the days one a line."""
    return "\n".join(f"{row.day.isoformat()} {'closed' if row.closed else 'open'} {row.name}".strip() for row in own)


def _lines(text: str) -> Iterator[list[str]]:
    return (line.split() for line in text.splitlines() if line.strip())


def _weekdays(words: str) -> list[str]:
    found: list[str] = []
    for part in words.split(","):
        first, _to, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ValidationError(_("“%(words)s” are no weekdays; write mon, tue or mon-fri.") % {"words": words})
        found += WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]
    return found


def _day(words: list[str]) -> OwnDate:
    state = words[1].lower() if len(words) > 1 else "closed"
    try:
        if state not in ("closed", "open"):
            raise ValueError(state)
        return OwnDate(date.fromisoformat(words[0]), closed=state == "closed", name=" ".join(words[2:])[:60])
    except ValueError as problem:
        raise ValidationError(_("Write a day as 2026-12-24 closed, or 2026-10-26 open, and a name if you like.")) from problem
