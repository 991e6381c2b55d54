"""Resolving: what a key is for a customer on a day, and why: who said it, and what was said in vain.

General speaks first: the default, the house, the tier, segments by rank, then the customer's path from the top of its group
down; the nearest wins. Where a more general place locked the key, or lets it only be tightened, a nearer statement that
does otherwise is passed over, and the trace says so. An approved exception speaks last and may do what a lock forbids.

A day gone by answers as it did: the tree as it stood (moves are kept), the tier of that day (changes are kept), the
memberships, bindings and versions of that day. Two statements for any number of keys and customers.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.db import connection

from accounts.customers.models import Customer
from accounts.policies.keys import KEYS, STRICTNESS, Below, Key, named
from accounts.policies.models import PolicyVersion

DEFAULT, HOUSE, TIER, SEGMENT, NODE, EXCEPTION = "default", "house", "tier", "segment", "node", "exception"
CONDITION: Final = "condition"  # a special term agreed for a node or a segment (accounts/segments), laid over what policy says
ORDER: Final = (DEFAULT, HOUSE, TIER, SEGMENT, NODE, EXCEPTION)
STANDARD: Final = Customer.Tier.STANDARD.value

# Each asked customer's path upwards as it stood at the end of a day, with the tier each node had then and its segments.
PATHS: Final = """
WITH RECURSIVE path(asked, node, depth) AS (
    SELECT id, id, 0 FROM accounts_customer WHERE id = ANY(%(asked)s)
    UNION ALL
    SELECT path.asked, above.id, path.depth + 1
    FROM path JOIN accounts_customer c ON c.id = path.node
    LEFT JOIN LATERAL (
        SELECT true AS moved, from_parent_id FROM accounts_move
        WHERE customer_id = c.id AND moved_at >= %(end)s ORDER BY moved_at, id LIMIT 1
    ) later ON true
    JOIN accounts_customer above ON above.id = CASE WHEN later.moved THEN later.from_parent_id ELSE c.parent_id END
    WHERE path.depth < 128
)
SELECT path.asked, path.node, path.depth, c.name, coalesce((
        SELECT a.facts -> 'before' ->> 'tier' FROM accounts_activity a
        WHERE a.customer_id = c.id AND a.kind = 'accounts.customer_changed' AND a.at >= %(end)s
          AND jsonb_exists(a.facts -> 'before', 'tier') ORDER BY a.at, a.id LIMIT 1), c.tier),
    ARRAY(SELECT m.segment_id FROM accounts_segmentmembership m WHERE m.customer_id = c.id AND m.since <= %(on)s
          AND (m.until IS NULL OR m.until > %(on)s))
FROM path JOIN accounts_customer c ON c.id = path.node ORDER BY path.asked, path.depth
"""
SAYINGS: Final = """
SELECT b.place, b.tier, b.segment_id, coalesce(s.rank, 0), coalesce(s.name, ''), b.customer_id,
    p.id, p.code, p.audience, v.id, v.number, v.values
FROM accounts_policybinding b JOIN accounts_policy p ON p.id = b.policy_id
LEFT JOIN accounts_segment s ON s.id = b.segment_id
LEFT JOIN LATERAL (
    SELECT id, number, values FROM accounts_policyversion
    WHERE policy_id = p.id AND published_at IS NOT NULL AND effective_on <= %(on)s
    ORDER BY effective_on DESC, number DESC LIMIT 1
) v ON true
WHERE b.approved_by_id IS NOT NULL AND b.since <= %(on)s AND (b.until IS NULL OR b.until > %(on)s)
    AND (b.customer_id IS NULL OR b.customer_id = ANY(%(nodes)s))
UNION ALL
SELECT 'exception', '', NULL, 0, e.reason, e.customer_id, NULL, '', '', e.id, 0,
    jsonb_build_object(e.key, jsonb_build_object('value', e.value))
FROM accounts_policyexception e
WHERE e.approved_by_id IS NOT NULL AND e.since <= %(on)s AND (e.until IS NULL OR e.until > %(on)s)
    AND e.customer_id = ANY(%(nodes)s)
"""


@dataclass(frozen=True)
class Source:
    """Where a value was said: the kind of place, its name, and the version (or exception) that says it."""

    place: str
    where: str = ""
    policy: str = ""
    number: int = 0
    version: int | None = None
    clause: str = ""

    @property
    def ref(self) -> str:
        """Name what said it: "credit-policy v2", "exception 7", or "default"."""
        if self.place == EXCEPTION:
            return f"exception {self.version}"
        if self.place == CONDITION:
            return f"condition {self.version} ({self.where})"
        return f"{self.policy} v{self.number}" if self.policy else DEFAULT


@dataclass(frozen=True)
class Saying:
    """One place says one value for a key, and what may be said below; `nearness` orders places from general to near."""

    value: Any
    below: str
    source: Source
    nearness: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class Step:
    """One saying as it was weighed: taken, or passed over and why."""

    saying: Saying
    taken: bool
    why: str = ""


@dataclass(frozen=True)
class Resolved:
    """What a key is, who said it, and everything that was said, from general to near."""

    key: Key
    value: Any
    source: Source
    trace: tuple[Step, ...]

    @property
    def words(self) -> str:
        """Write the value for people."""
        return self.key.words(self.value)

    @property
    def is_said(self) -> bool:
        """Say whether any policy speaks of the key here."""
        return self.source.place != DEFAULT


@dataclass(frozen=True)
class Draft:
    """A version that is not published, to be weighed as if it were in force; with no place of its own it speaks for the house."""

    policy: int
    code: str
    number: int
    values: Mapping[str, Any]

    @classmethod
    def of(cls, version: PolicyVersion) -> "Draft":
        """Take what a version says."""
        return cls(version.policy_id, version.policy.code, version.number, version.values)


@dataclass(frozen=True)
class _Path:
    nodes: tuple[int, ...]
    names: dict[int, str]
    tier: str
    segments: frozenset[int] = field(default_factory=frozenset)


def resolve(customer: Customer, key: str, on: date, *, draft: Draft | None = None) -> Resolved:
    """Return what a key is for `customer` on the day `on`, with its trace."""
    return resolve_many([customer.pk], on, [key], draft=draft)[customer.pk][key]


def resolve_many(
    customers: Iterable[int], on: date, keys: Iterable[str] = KEYS, *, draft: Draft | None = None
) -> dict[int, dict[str, Resolved]]:
    """Return keys of customers on the day `on`, by the customer's primary key and the key's code, in two statements."""
    paths, wanted = _paths(set(customers), on), [named(key) for key in keys]
    rows = _rows({node for path in paths.values() for node in path.nodes}, on, draft)
    return {pk: {key.code: fold(key, _sayings(key.code, rows, path)) for key in wanted} for pk, path in paths.items()}


def resolve_under(customer: Customer, to: Customer | None, on: date, keys: Iterable[str] = KEYS) -> dict[str, Resolved]:
    """Return keys as they would be for `customer` on the day `on`, if it stood under `to` (None: at the top of a group)."""
    steps = _steps({customer.pk, *([to.pk] if to else [])}, on)
    own, above = _path(steps[customer.pk][:1]), _path(steps[to.pk] if to else [])
    tier = own.tier if own.tier != STANDARD else above.tier
    path = _Path(own.nodes + above.nodes, own.names | above.names, tier, own.segments | above.segments)
    rows = _rows(set(path.nodes), on, None)
    return {code: fold(named(code), _sayings(code, rows, path)) for code in keys}


def resolve_at(
    place: str, on: date, keys: Iterable[str] = KEYS, *, tier: str = "", segment: int = 0, draft: Draft | None = None
) -> dict[str, Resolved]:
    """Return keys as they stand for a place that is no customer: the house, a tier or a segment. One statement."""
    path = _Path((), {}, tier if place == TIER else STANDARD, frozenset({segment} if place == SEGMENT else ()))
    rows = _rows(set(), on, draft)
    return {code: fold(named(code), _sayings(code, rows, path)) for code in keys}


def resolve_for(tier: str, segments: Iterable[int], on: date, keys: Iterable[str] = KEYS) -> dict[str, Resolved]:
    """Return keys as they stand for some customer of this tier and these segments with nothing of its own. One statement."""
    path = _Path((), {}, tier, frozenset(segments))
    rows = _rows(set(), on, None)
    return {code: fold(named(code), _sayings(code, rows, path)) for code in keys}


def laid_over(said: Resolved, value: Any, condition: Source) -> Resolved:
    """Return what a key is once a special term says `value`; where policy does not let it, it is passed over with the reason."""
    below, holder = Below.LOOSEN.value, Source(DEFAULT)
    for step in said.trace:
        if step.taken and step.saying.source.place != EXCEPTION:
            below, holder = stricter(below, step.saying.below), step.saying.source
    saying = Saying(value, below, condition)
    if why := _objection(said.key, saying, said.value, below, holder):
        return replace(said, trace=(*said.trace, Step(saying, taken=False, why=why)))
    return replace(said, value=value, source=condition, trace=(*said.trace, Step(saying, taken=True)))


def documents(customer: Customer, on: date, audience: str) -> list[Source]:
    """Return the policies that hold for a customer and speak to an audience, from general to near, each once."""
    path = _paths({customer.pk}, on)[customer.pk]
    rows = [row for row in _rows(set(path.nodes), on, None) if row.audience == audience and _speaks(row, path)]
    found = {row.code: Source(row.place, _where(row, path), row.code, row.number, row.version) for row in reversed(rows)}
    return sorted(found.values(), key=lambda source: (ORDER.index(source.place), source.policy))


def tiers_and_segments(customers: Iterable[int], on: date) -> dict[int, tuple[str, frozenset[int]]]:
    """Return the tier and the segments of some customers on a day, inherited down the tree, in one statement."""
    return {pk: (path.tier, path.segments) for pk, path in _paths(customers, on).items()}


def fold(key: Key, sayings: Iterable[Saying]) -> Resolved:
    """Weigh what was said of a key, from general to near: the nearest wins that a more general one allows. Pure."""
    value, source, below = key.default, Source(DEFAULT), Below.LOOSEN.value
    holder, trace = source, []
    for saying in sorted(sayings, key=lambda one: one.nearness):
        why = "" if saying.source.place == EXCEPTION else _objection(key, saying, value, below, holder)
        trace.append(Step(saying, not why, why))
        if why:
            continue
        value, source = saying.value, saying.source
        if saying.source.place != EXCEPTION:
            below, holder = stricter(below, saying.below), saying.source
    return Resolved(key, value, source, tuple(trace))


def stricter(one: str, other: str) -> str:
    """Return the stricter of two sayings about what may be said below."""
    return max(one, other, key=lambda below: STRICTNESS.index(Below(below)))


def day_end(on: date) -> datetime:
    """Return the moment after which a change no longer counts for the day `on` (UTC)."""
    return datetime.combine(on + timedelta(days=1), time.min, UTC)


def _objection(key: Key, saying: Saying, value: Any, below: str, holder: Source) -> str:
    """Say why a nearer place may not say this; empty when it may."""
    if below == Below.LOCKED and saying.value != value:
        return f"{holder.ref} locks it at {key.words(value)}."
    if below == Below.TIGHTEN and (missing := key.currencies_left_out(saying.value, value)):
        return f"{holder.ref} says {key.words(value)} and lets it only be tightened; say it in {' and '.join(missing)} as well."
    if below == Below.TIGHTEN and not key.is_stricter(saying.value, value):
        return f"{holder.ref} says {key.words(value)} and lets it only be tightened; {key.words(saying.value)} is not."
    return ""


def _paths(asked: Iterable[int], on: date) -> dict[int, _Path]:
    return {pk: _path(rows) for pk, rows in _steps(asked, on).items()}


def _steps(asked: Iterable[int], on: date) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in asked}
    with connection.cursor() as cursor:
        cursor.execute(PATHS, {"asked": list(found), "end": day_end(on), "on": on})
        for row in cursor.fetchall():
            found[row[0]].append(row[1:])
    return found


def _path(rows: list[tuple[Any, ...]]) -> _Path:
    """Make a path of its rows, the nearest node first."""
    return _Path(
        nodes=tuple(row[0] for row in rows),
        names={row[0]: row[2] for row in rows},
        tier=next((row[3] for row in rows if row[3] != STANDARD), STANDARD),
        segments=frozenset(segment for row in rows for segment in row[4]),
    )


@dataclass(frozen=True)
class _Row:
    place: str
    tier: str
    segment: int | None
    rank: int
    label: str
    customer: int | None
    policy: int | None
    code: str
    audience: str
    version: int | None
    number: int
    values: Mapping[str, Any]


def _rows(nodes: set[int], on: date, draft: Draft | None) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(SAYINGS, {"on": on, "nodes": list(nodes)})
        rows = [_Row(*(*row, json.loads(values or "{}"))) for *row, values in cursor.fetchall()]
    return _with_draft(rows, draft) if draft else [row for row in rows if row.version]


def _with_draft(rows: list[_Row], draft: Draft) -> list[_Row]:
    """Let the draft speak wherever its policy holds."""
    own = [row for row in rows if row.policy == draft.policy]
    drafted = [replace(row, version=None, number=draft.number, values=draft.values) for row in own]
    everywhere = _Row(HOUSE, "", None, 0, "", None, draft.policy, draft.code, "", None, draft.number, draft.values)
    others = [row for row in rows if row.version and row.policy != draft.policy]
    return others + (drafted or [everywhere])


def _sayings(code: str, rows: Iterable[_Row], path: _Path) -> list[Saying]:
    """Return what those rows say of a key that speak for a customer on this path."""
    return [_saying(code, row, path) for row in rows if code in row.values and _speaks(row, path)]


def _speaks(row: _Row, path: _Path) -> bool:
    return (
        row.place == HOUSE
        or row.place == TIER
        and row.tier == path.tier
        or row.place == SEGMENT
        and row.segment in path.segments
        or row.customer in path.nodes
    )


def _saying(code: str, row: _Row, path: _Path) -> Saying:
    said = row.values[code]
    distance = -path.nodes.index(row.customer) if row.customer else row.rank
    source = Source(row.place, _where(row, path), row.code, row.number, row.version, said.get("clause", ""))
    below = stricter(KEYS[code].below, said.get("below") or KEYS[code].below)
    return Saying(said["value"], below, source, (ORDER.index(row.place), distance, row.policy or row.version or 0))


def _where(row: _Row, path: _Path) -> str:
    if row.customer:
        return path.names[row.customer]
    return str(Customer.Tier(row.tier).label) if row.tier else row.label
