"""Importing: whole trees of customers from rows, all or nothing per row, repeatable by ref.

A row is taken whole or refused with a reason. An empty cell says nothing: it never erases, and a customer whose row names
no parent stays where it stands. A customer's kind is never changed. The import is one transaction under the forest's
lock: nobody else shapes the tree meanwhile, and when it breaks nothing was imported.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from accounts.customers import facts, grafting, loading, locks, reasons, retirement, rules_in_force
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal

AT_ONCE: Final = 5_000


@dataclass(slots=True)
class Row:
    """One customer as a file has it. `number` is its row there; `parents` are refs, the best first.

    A row that could not be read says so in `fault`.
    """

    ref: str
    name: str
    kind: str = ""
    parents: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    number: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a row: why it was refused, or what was chosen when it was taken."""

    row: int
    ref: str
    column: str
    reason: str
    rule: str = ""

    def __str__(self) -> str:
        return f"row {self.row}: {self.column}: {self.reason}"


@dataclass(slots=True)
class ImportResult:
    """What became of the rows. `faults` belong to refused rows, `remarks` to rows that were taken.

    `parents_added` of the created customers had no row of their own.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    parents_added: int = 0
    faults: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The share of rows that were taken, in percent with one decimal, cut off: 100.0 only when none was refused."""
        rows = self.created + self.updated + self.unchanged + self.refused
        return (rows - self.refused) * 1000 // rows / 10 if rows else 100.0


class TooDeep(Refusal):
    """Moving a branch as the rows ask would take what hangs below it too deep; nothing was imported."""

    code = "too_deep"

    def __init__(self) -> None:
        super().__init__(f"The moves asked for would make the tree deeper than {grafting.DEEPEST} levels. Nothing was imported.")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands already: its parent's ref (empty for a root), its kind and its group.

    `survivor` is the number of the customer that absorbed it.
    """

    pk: int
    parent: str
    kind: str
    tree: int
    survivor: str = ""


def import_rows(
    rows: Iterable[Row],
    *,
    actor: AbstractBaseUser | None,
    at: datetime,
    dry_run: bool = False,
    default_kind: str = "",
    missing_parent: Callable[[str], Row] | None = None,
) -> ImportResult:
    """Take customers over from `rows` and return what became of each; with `dry_run`, only say what would.

    New customers whose row says no kind get `default_kind`. A parent that is neither in the rows nor among the customers makes
    its row unusable, unless `missing_parent` makes a row for it.

    Raises:
        TooDeep: moved branches would reach too deep.
        locks.TreeIsBusy: somebody else's change of the tree took too long.
    """
    work = _Import(default_kind)
    work.read(rows)
    with transaction.atomic():
        locks.whole_forest()
        work.look_up(missing_parent)
        work.settle_kinds()
        work.find_places()
        plan = work.compare()
        if not dry_run:
            loading.write(plan, actor=actor, at=at)
    return work.result


class _Import:
    """One import on its way to a plan: read → look up → settle kinds → find places → compare."""

    def __init__(self, default_kind: str) -> None:
        self.result = ImportResult()
        self.default_kind = default_kind
        self.rows: dict[str, Row] = {}
        self.refused: set[str] = set()
        self.standing: dict[str, Standing] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        self.grafts: dict[str, grafting.Graft] = {}
        self.retired = retirement.names()
        self.rules = rules_in_force.read()
        self.kinds = {kind.pk: kind for kind in CustomerKind.objects.prefetch_related("allowed_parents")}
        self.places = {code: {above.pk for above in kind.allowed_parents.all()} for code, kind in self.kinds.items()}

    def read(self, rows: Iterable[Row]) -> None:
        """Keep the rows whose cells can be kept, and refuse the others."""
        for row in rows:
            row.facts = facts.clean({"ref": row.ref, "name": row.name} | {k: v for k, v in row.facts.items() if v.strip()})
            row.ref, row.name = row.facts["ref"], row.facts["name"]
            if faults := self._faults(row):
                self._refuse(row, faults)
            else:
                self.rows[row.ref] = row

    def _faults(self, row: Row) -> list[tuple[str, ...]]:
        if row.fault:
            return [("row", row.fault)]
        faults: list[tuple[str, ...]] = [*facts.faults(row.facts, by=self.rules), *retirement.faults(row.facts, self.retired)]
        if row.ref in self.rows:
            faults.append(("ref", reasons.say("ref.twice", ref=row.ref, row=self.rows[row.ref].number)))
        if row.kind and row.kind not in self.kinds:
            faults.append(("kind", reasons.say("kind.unknown", kind=row.kind)))
        return faults

    def _refuse(self, row: Row, faults: Iterable[tuple[str, ...]]) -> None:
        self.refused.add(row.ref)
        self.result.refused += 1
        self.result.faults.extend(Remark(row.number, row.ref, *fault) for fault in faults)

    def look_up(self, missing_parent: Callable[[str], Row] | None) -> None:
        """Find the customers that are there already, with all of the groups they stand in; make rows for missing parents."""
        named = set(self.rows).union(*(row.parents for row in self.rows.values()))
        trees = dict(_in_parts(named, Customer.objects.order_by().values_list("ref", "tree_id")))
        if missing_parent:
            missing = sorted(named - set(trees) - set(self.rows) - self.refused - {grafting.TOP})
            self.read([missing_parent(ref) for ref in missing])
            self.result.parents_added = sum(ref in self.rows for ref in missing)
        in_groups = Customer.objects.filter(tree_id__in=set(trees.values())).order_by()
        places = in_groups.values_list("ref", "pk", "parent__ref", "kind_id", "tree_id", "merged_into__number")
        self.standing = {
            ref: Standing(pk, above or grafting.TOP, kind, tree, survivor or "")
            for ref, pk, above, kind, tree, survivor in places
        }
        mine = Customer.objects.order_by("pk").select_for_update(no_key=True).values(*loading.COLUMNS)
        self.kept = {kept["ref"]: kept for kept in _in_parts(set(self.rows) & set(self.standing), mine)}

    def settle_kinds(self) -> None:
        """Give new customers a kind, and refuse rows that would change one or say none."""
        for row in list(self.rows.values()):
            there = self.standing.get(row.ref)
            if there and there.survivor:
                self._withdraw(row, "ref", reasons.say("ref.merged", survivor=there.survivor))
            elif there and row.kind in {"", there.kind}:
                row.kind = there.kind
            elif there:
                self._withdraw(row, "kind", reasons.say("kind.changed", kind=there.kind))
            else:
                row.kind = row.kind or self.default_kind
                if not row.kind:
                    self._withdraw(row, "kind", reasons.say("kind.missing"))

    def _withdraw(self, row: Row, column: str, *reasons: str) -> None:
        del self.rows[row.ref]
        self._refuse(row, [(column, reason) for reason in reasons])

    def find_places(self) -> None:
        """Choose a parent for each row, and refuse rows that find none."""
        wishes = {ref: grafting.Wish((), there.parent) for ref, there in self.standing.items()}
        for ref, row in self.rows.items():
            there = self.standing.get(ref)
            wished = row.parents or (() if there else (grafting.TOP,))
            wishes[ref] = grafting.Wish(wished, there.parent if there else None)
        self.grafts = grafting.choose(wishes, fits=self._why_not_under, refused=self.refused)
        if any(graft.depth > grafting.DEEPEST for graft in self.grafts.values()):
            raise TooDeep
        for row in list(self.rows.values()):
            self._judge(row, self.grafts[row.ref])

    def _why_not_under(self, ref: str, parent: str) -> str:
        kind = self.kinds[self._kind_of(ref)]
        if parent == grafting.TOP:
            return "" if kind.may_be_root else reasons.say("parent.not_root", kind=kind.label.lower())
        above = self.kinds[self._kind_of(parent)]
        if above.pk in self.places[kind.pk]:
            return ""
        return reasons.say("parent.kind", kind=kind.label.lower(), above=above.label.lower(), parent=parent)

    def _kind_of(self, ref: str) -> str:
        there = self.standing.get(ref)
        return there.kind if there else self.rows[ref].kind

    def _judge(self, row: Row, graft: grafting.Graft) -> None:
        objections = [reason for _, reason in graft.objections]
        if not graft.granted:
            self._withdraw(row, "parent_ref", *objections)
            return
        if len(row.parents) > 1:
            further = ", ".join(parent for parent in row.parents if parent != graft.parent)
            objections.append(reasons.say("parent.chosen", parent=graft.parent, further=further))
        self.result.remarks.extend(Remark(row.number, row.ref, "parent_ref", reason) for reason in objections)

    def compare(self) -> loading.Plan:
        """Tell new rows from changed and unchanged ones, and count them."""
        plan = loading.Plan({ref: graft.parent for ref, graft in self.grafts.items() if graft.parent is not None})
        plan.standing = {ref: (there.pk, there.parent, there.tree) for ref, there in self.standing.items()}
        for ref, row in self.rows.items():
            kept = self.kept.get(ref)
            if kept is None:
                plan.new[ref] = row.facts | {"kind_id": row.kind}
            elif changes := {name: value for name, value in row.facts.items() if kept[name] != value}:
                plan.changed[ref] = (kept, changes)
            elif self.grafts[ref].parent != self.standing[ref].parent:
                plan.changed[ref] = (kept, {})
        self.result.created, self.result.updated = len(plan.new), len(plan.changed)
        self.result.unchanged = len(self.rows) - len(plan.new) - len(plan.changed)
        return plan


def _in_parts(refs: Iterable[str], customers: QuerySet[Any, Any]) -> Iterator[Any]:
    """Yield what `customers` finds for the refs, asking for a part of them at a time."""
    ordered = sorted(refs)
    for start in range(0, len(ordered), AT_ONCE):
        yield from customers.filter(ref__in=ordered[start : start + AT_ONCE])
