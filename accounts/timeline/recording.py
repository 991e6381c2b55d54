"""Recording: how an activity gets onto the timeline, in the transaction of the work it records.

With the activity go the deliveries its readers wait for, and a note on the channel `accord_live` that pages listen to.
All three are rolled back with the work; PostgreSQL sends the note only after commit. The note is JSON: kind, customer
(id), tree (the customer's tree id), about_ref, activity (id). A whisper is a note without an activity: nothing is kept of it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models, transaction

from accounts import canonical, copying
from accounts.timeline.kinds import KINDS
from accounts.timeline.models import Activity, Delivery

LIVE_CHANNEL: Final = "accord_live"
_NOTE: Final = '{"kind":%s,"customer":%s,"tree":%s,"about_ref":%s,"activity":%s}'
MANY: Final = 100  # so many at once go by COPY

# Says which of some activities a reader is told of; the numbers of the groups stand beside, by the key of the customer.
Chooser = Callable[[Iterable[Activity], dict[int, int]], list[Activity]]
_choosers: dict[str, Chooser] = {}


class Place(Protocol):
    """What the timeline needs to know of a customer."""

    @property
    def pk(self) -> Any:
        """Its primary key."""

    @property
    def tree_id(self) -> int:
        """The group it stands in."""


@dataclass(frozen=True)
class Entry:
    """One activity still to be recorded, for work that records many at once."""

    customer: Place | None
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    about: models.Model | None = None
    internal: bool = False


class KindUnknown(LookupError):
    """An activity of a kind that accounts/timeline/kinds.py does not declare."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind!r} is no kind of activity; declare it in accounts/timeline/kinds.py")


class FactsMissing(ValueError):
    """An activity without the facts its sentence speaks of."""

    def __init__(self, kind: str, missing: Iterable[str]) -> None:
        super().__init__(f'{kind} says "{KINDS[kind].label}"; its facts lack {", ".join(sorted(missing))}')


def register_chooser(reader: str, chooser: Chooser) -> None:
    """Let `reader` be told of the activities `chooser` picks, beside those whose kind names it; asked once for many."""
    _choosers[reader] = chooser


def record(
    customer: Place | None,
    kind: str,
    *,
    actor: AbstractBaseUser | None,
    at: datetime,
    about: models.Model | None = None,
    facts: dict[str, Any] | None = None,
    internal: bool = False,
) -> Activity:
    """Record that `kind` happened to `customer` (None: to the house as a whole), done by `actor` (None: the system).

    Raises:
        KindUnknown: the kind is not declared.
        FactsMissing: its sentence speaks of facts that were not given.
    """
    return record_many([Entry(customer, kind, facts or {}, about, internal)], actor=actor, at=at)[0]


def record_many(entries: Iterable[Entry], *, actor: AbstractBaseUser | None, at: datetime) -> list[Activity]:
    """Record several activities of one moment, in a constant number of statements."""
    known = [_checked(entry) for entry in entries]
    with transaction.atomic(savepoint=len(known) < MANY):
        activities = _stored([_activity(entry, actor, at) for entry in known])
        trees = {entry.customer.pk: entry.customer.tree_id for entry in known if entry.customer}
        _store_deliveries(_told(activities, trees), at)
        _announce(zip(known, activities, strict=True))
    return activities


def whisper(customer: Place, kind: str, *, about_ref: str) -> None:
    """Tell pages that are open now that `kind` goes on at `customer`; nothing is recorded, and who is not there misses it."""
    note = {"kind": kind, "customer": customer.pk, "tree": customer.tree_id, "about_ref": about_ref}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, json.dumps(note)])


def _checked(entry: Entry) -> Entry:
    if entry.kind not in KINDS:
        raise KindUnknown(entry.kind)
    if missing := KINDS[entry.kind].facts - entry.facts.keys():
        raise FactsMissing(entry.kind, missing)
    return entry


def _activity(entry: Entry, actor: AbstractBaseUser | None, at: datetime) -> Activity:
    customer, about = entry.customer, entry.about
    values = {
        "customer_id": customer.pk if customer else None, "kind": entry.kind, "at": at, "actor_id": actor.pk if actor else None,
        "about_kind": str(about._meta.model_name) if about else "", "about_ref": _ref_of(about) if about else "",
        "facts": entry.facts, "internal": entry.internal,
    }  # fmt: skip
    return copying.made(Activity, values)


def _ref_of(about: models.Model) -> str:
    return str(getattr(about, "ref", None) or about.pk)


def _told(activities: list[Activity], trees: dict[int, int]) -> list[tuple[Activity, str]]:
    """Return each activity with every reader that is told of it: those its kind names, and those who choose."""
    named = [(activity, reader) for activity in activities for reader in KINDS[activity.kind].readers]
    chosen = [(activity, reader) for reader, chooser in _choosers.items() for activity in chooser(activities, trees)]
    return named + chosen


def _stored(activities: list[Activity]) -> list[Activity]:
    if len(activities) < MANY:
        return Activity.objects.bulk_create(activities)
    (keys,) = copying.reserve((Activity, len(activities)))
    Activity._meta.get_field("recorded_at").pre_save(activities[0], True)
    for key, activity in zip(keys, activities, strict=True):
        activity.id, activity.recorded_at = key, activities[0].recorded_at
    copying.add(Activity, activities)
    return activities


def _store_deliveries(told: list[tuple[Activity, str]], at: datetime) -> None:
    if len(told) < MANY:
        Delivery.objects.bulk_create([Delivery(activity=activity, reader=reader, due_at=at) for activity, reader in told])
        return
    names = ["activity_id", "reader", "status", "attempts", "due_at", "fault"]
    rows = ((activity.pk, reader, Delivery.Status.WAITING, 0, at, "") for activity, reader in told)
    copying.add_values(Delivery, names, rows)


def _announce(recorded: Iterable[tuple[Entry, Activity]]) -> None:
    notes = [_note(entry, activity) for entry, activity in recorded]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, note) FROM unnest(%s::text[]) AS note", [LIVE_CHANNEL, notes])


def _note(entry: Entry, activity: Activity) -> str:
    tree = entry.customer.tree_id if entry.customer else None
    return _NOTE % canonical.all_written((entry.kind, activity.customer_id, tree, activity.about_ref, activity.pk))
