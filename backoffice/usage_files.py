"""Usage out of a file: a CSV whose first line names the columns; each further line is one measurement, each fault has its line.

A moment is written with its zone (2026-11-03T10:15:00+01:00), a number with a point. Lines are counted as a person does, from 1.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording as timeline
from billing import money
from billing.contracts.models import Subscription
from billing.usage import recording
from billing.usage.recording import Measurement, Recorded

NEEDED: Final = ("subscription", "metric", "key", "used_at", "units")
OPTIONAL: Final = ("amount", "events", "item")
MOST_ROWS: Final = 50_000
LONGEST_CELL: Final = 200
EARLIEST_YEAR: Final = 2000


class NotAFile(Exception):
    """The text is no CSV that can be read; its reason says why, in words for the person."""


@dataclass(frozen=True)
class Fault:
    """Why a line cannot be kept."""

    line: int
    reason: str


@dataclass(frozen=True)
class Checked:
    """What a file holds: the measurements that can be kept, and the faults by line. It is kept only without faults."""

    measurements: list[Measurement]
    faults: list[Fault]


def check(text: str, *, viewer: User, at: datetime) -> Checked:
    """Read a file and say what stands against each of its lines; nothing is kept.

    Raises:
        NotAFile: a column is missing, a line cannot be read as CSV, or there are none or too many.
    """
    lines: list[int] = []
    measurements: list[Measurement] = []
    faults: list[Fault] = []
    for line, row in _rows(text):
        try:
            measurements.append(_measurement(row))
            lines.append(line)
        except ValueError as wrong:
            faults.append(Fault(line, str(wrong)))
    refused = recording.faults(measurements, at=at) | recording.told_otherwise(measurements) | _hidden(measurements, viewer)
    faults += [Fault(lines[place], reason) for place, reason in refused.items()]
    kept = [one for place, one in enumerate(measurements) if place not in refused]
    return Checked(kept, sorted(faults, key=lambda fault: fault.line))


def keep(measurements: list[Measurement], *, actor: User, at: datetime) -> Recorded:
    """Keep what was checked, all or nothing, each once by its key, and put on record at each subscription who brought it in.

    Raises:
        Refusal: one of them cannot be kept any more.
    """
    with transaction.atomic():
        kept = recording.record(measurements, at=at)
        for one in Subscription.objects.filter(pk__in=list(kept.of_subscription)).select_related("customer").order_by("pk"):
            facts = {"count": kept.of_subscription[one.pk]}
            timeline.record(one.customer, "billing.usage_brought_in", actor=actor, at=at, about=one, facts=facts)
    return kept


def _rows(text: str) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield each line with its cells; nothing in place of them when it has more or fewer than the first line names."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _columns_or_refuse(list(reader.fieldnames or ()))
        count = 0
        for count, row in enumerate(reader, start=1):
            if count > MOST_ROWS:
                raise NotAFile(_("A file has at most %(most)s lines.") % {"most": MOST_ROWS})
            whole = None not in row and None not in row.values()
            yield reader.line_num, {name: value.strip() for name, value in row.items()} if whole else None
        if not count:
            raise NotAFile(_("The file has no line below its columns."))
    except csv.Error as wrong:
        raise NotAFile(_("Line %(line)s cannot be read as CSV.") % {"line": reader.line_num}) from wrong


def _columns_or_refuse(names: list[str]) -> None:
    if missing := [name for name in NEEDED if name not in names]:
        raise NotAFile(_("The first line does not name these columns: %(names)s.") % {"names": ", ".join(missing)})
    if strange := [name for name in names if name not in NEEDED + OPTIONAL or names.count(name) > 1]:
        raise NotAFile(_("The first line names columns that are not known, or twice: %(names)s.") % {"names": ", ".join(strange)})


def _measurement(row: dict[str, str] | None) -> Measurement:
    cells = _cells(row)
    events, told = cells.get("events") or "1", cells.get("amount")
    if not (events.isascii() and events.isdigit() and len(events) < 10):
        raise ValueError(_("%(text)s is no number of events.") % {"text": events})
    units, amount = _number(cells["units"]), _number(told) if told else None
    if min(units, amount or 0) < 0:
        raise ValueError(_("What was used is not below zero. What is given back goes through a ticket."))
    return Measurement(
        cells["subscription"], cells["metric"], cells["key"], _moment(cells["used_at"]), units=units, amount=amount,
        events=int(events), item=cells.get("item", ""),
    )  # fmt: skip


def _cells(row: dict[str, str] | None) -> dict[str, str]:
    if row is None:
        raise ValueError(_("The line has more or fewer cells than the first one. A number is written with a point."))
    if any("\x00" in text or len(text) > LONGEST_CELL for text in row.values()):
        raise ValueError(_("A cell is too long, or holds a sign that cannot be kept."))
    return row


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year < EARLIEST_YEAR:
        raise ValueError(_("%(text)s is no moment with its zone, such as 2026-11-03T10:15:00+01:00.") % {"text": text or "–"})
    return moment


def _number(text: str) -> Decimal:
    try:
        return money.exact_decimal(text)
    except money.NotAnAmount as wrong:
        raise ValueError(_("%(text)s is no number.") % {"text": text or "–"}) from wrong


def _hidden(measurements: list[Measurement], viewer: User) -> dict[int, str]:
    """Return what names a subscription out of the viewer's reach, which for them does not exist."""
    refs = {one.subscription for one in measurements}
    within = access.customers_within_reach(viewer, access.KEEP_BOOKS)
    known = set(Subscription.objects.filter(ref__in=refs, customer__in=within).values_list("ref", flat=True))
    return {
        place: _("%(ref)s is not a subscription.") % {"ref": one.subscription}
        for place, one in enumerate(measurements)
        if one.subscription not in known
    }
