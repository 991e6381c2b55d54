"""Loading: many customers written at once, new and changed alike, by COPY and one statement.

For imports that hold the forest's lock. New rows come in at the far right of the numbering; the groups they stand in are
then numbered anew from the parent links.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection

from accounts import numbering
from accounts.customers import details, tree
from accounts.customers.grafting import TOP
from accounts.customers.models import Customer
from accounts.timeline import recording

FIELDS: Final = {item.attname: item for item in Customer._meta.concrete_fields}
COLUMNS: Final = tuple(FIELDS)
KEPT: Final = frozenset({"id", "number", "ref", "created_at", "tree_id", "lft", "rght", "level"})
AT_THE_RIGHT: Final = {"lft": 2_000_000_000, "rght": 2_000_000_001, "level": 0}
ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

INCOMING: Final = "CREATE TEMPORARY TABLE incoming (LIKE accounts_customer) ON COMMIT DROP"
COPY: Final = f"COPY incoming ({', '.join(COLUMNS)}) FROM STDIN"
CHANGES: Final = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEPT)
UPSERT: Final = (
    f"INSERT INTO accounts_customer ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM incoming ORDER BY id"  # noqa: S608
    f" ON CONFLICT (id) DO UPDATE SET {CHANGES}"
)


@dataclass
class Plan:
    """What an import will write.

    `parents`: every ref in the groups touched -> its parent's ref (TOP for a root). `standing`: ref -> (primary key, parent's
    ref, tree id) of those that are there already. `new`: ref -> columns. `changed`: ref -> (the row as kept, the facts that
    change); one whose parent differs moves.
    """

    parents: dict[str, str]
    standing: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    new: dict[str, dict[str, str]] = field(default_factory=dict)
    changed: dict[str, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)

    def moved(self) -> list[str]:
        """The refs of those that get another parent."""
        return [ref for ref in self.changed if self.parents[ref] != self.standing[ref][1]]

    def roots_of(self, refs: Iterable[str]) -> dict[str, str]:
        """Return the ref of the root each one will stand under."""
        found: dict[str, str] = {}
        for ref in refs:
            path = [ref]
            while path[-1] not in found and self.parents[path[-1]] != TOP:
                path.append(self.parents[path[-1]])
            root = found.get(path[-1], path[-1])
            found.update(dict.fromkeys(path, root))
        return found


def write(plan: Plan, *, actor: AbstractBaseUser | None, at: datetime) -> None:
    """Write the new and changed customers, number the groups they stand in, and record what happened to each."""
    if not plan.new and not plan.changed:
        return
    moved = plan.moved()
    left = [plan.standing[ref][1] for ref in moved if plan.standing[ref][1] != TOP]
    roots = plan.roots_of([*plan.new, *plan.changed, *left])
    ids = {ref: pk for ref, (pk, _, _) in plan.standing.items()}
    ids |= dict(zip(plan.new, numbering.next_ids("accounts_customer", len(plan.new)), strict=True))
    trees = _trees(plan, set(roots.values()))
    _upsert([*_new_rows(plan, ids, roots, trees, at), *_changed_rows(plan, ids)])
    touched = {roots[ref] for ref in [*plan.new, *moved, *left]}
    tree.number_groups({ids[root]: trees[root] for root in touched})
    tree_of = {ref: trees[root] for ref, root in roots.items()}
    recording.record_many(_entries(plan, ids, tree_of), actor=actor, at=at)


def _trees(plan: Plan, roots: set[str]) -> dict[str, int]:
    fresh = sorted(roots - set(plan.standing))
    drawn = dict(zip(fresh, numbering.next_trees(len(fresh)), strict=True))
    return drawn | {ref: plan.standing[ref][2] for ref in roots & set(plan.standing)}


def _new_rows(
    plan: Plan, ids: Mapping[str, int], roots: Mapping[str, str], trees: Mapping[str, int], at: datetime
) -> Iterator[dict[str, Any]]:
    blank = {name: item.get_default() for name, item in FIELDS.items()} | AT_THE_RIGHT | {"created_at": at}
    numbers = numbering.next_refs("C", len(plan.new))
    for number, (ref, columns) in zip(numbers, plan.new.items(), strict=True):
        place = {"id": ids[ref], "parent_id": ids.get(plan.parents[ref]), "tree_id": trees[roots[ref]]}
        yield blank | columns | place | {"number": number}


def _changed_rows(plan: Plan, ids: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for ref, (kept, changes) in plan.changed.items():
        yield kept | changes | {"parent_id": ids.get(plan.parents[ref])}


def _upsert(rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert or update customers by primary key; number, ref and place of those that are there already are kept."""
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.copy_expert(COPY, _text(rows))
        cursor.execute(UPSERT)
        cursor.execute("DROP TABLE incoming")
        # The numbering that follows reads what was just written; without fresh statistics its plan may be a poor one.
        cursor.execute("ANALYZE accounts_customer")


def _text(rows: Iterable[Mapping[str, Any]]) -> io.StringIO:
    """Write the rows as PostgreSQL reads them; whatever a person wrote stays text."""
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(_cell(row[name]) for name in COLUMNS) + "\n")
    text.seek(0)
    return text


def _cell(value: object) -> str:
    return "\\N" if value is None else str(value).translate(ESCAPES)


@dataclass(frozen=True)
class _Place:
    """What the timeline needs to know of a customer."""

    pk: int
    tree_id: int


def _entries(plan: Plan, ids: Mapping[str, int], tree_of: Mapping[str, int]) -> Iterator[recording.Entry]:
    for ref, columns in plan.new.items():
        added = {"name": columns["name"], "kind": columns["kind_id"], "parent": plan.parents[ref]}
        yield recording.Entry(_Place(ids[ref], tree_of[ref]), "accounts.customer_imported", added)
    for ref, (kept, changes) in plan.changed.items():
        if changes:
            changed = details.facts_of_change({name: kept[name] for name in changes}, changes)
            yield recording.Entry(_Place(ids[ref], tree_of[ref]), "accounts.customer_changed", changed)
    for ref in plan.moved():
        before, after = plan.standing[ref][1], plan.parents[ref]
        facts = {"from_name": before or "the top", "to_name": after or "the top", "before": before, "after": after}
        yield recording.Entry(_Place(ids[ref], tree_of[ref]), "accounts.customer_moved", facts)
