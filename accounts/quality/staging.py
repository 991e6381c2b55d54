"""Staging: an import whose rows are too poor waits before a steward instead of going live.

The score of an import is the lower of two: the share of its rows that can be taken, and the average score of their facts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import facts, importing, reasons, rules, rules_in_force
from accounts.customers.importing import ImportResult, Remark, Row
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality import scores
from accounts.quality.models import StagedImport
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words, plain

MOST_TOLD: Final = 1_000


class AlreadyDecided(Refusal):
    """The import was released or dropped before."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__(_("Somebody has already decided on this import."))


@dataclass(frozen=True)
class Gated:
    """What became of an import at its gate: the result (a rehearsal when it was staged), its score, and where it waits."""

    result: ImportResult
    score: float
    staged: StagedImport | None = None


@dataclass(frozen=True)
class Told:
    """One thing that keeps an import down: the rule or code, words for the reader, how many rows, and the first of them."""

    rule: str
    words: str
    rows: int
    row: int
    refuses: bool


@dataclass(frozen=True)
class _Rehearsed:
    result: ImportResult
    score: float
    faults: list[list[object]]


def quality_of(rows: Iterable[Row]) -> tuple[float, list[list[object]]]:
    """Return the average score of the rows and what keeps it down; a customer that is there already adds what it has."""
    listed = list(rows)
    legal = set(CustomerKind.objects.filter(carries_legal_data=True).values_list("pk", flat=True))
    known = _known([row.ref for row in listed])
    return scores.average_of((known.get(row.ref, {}) | _filled(row), _kind(row, known) in legal) for row in listed)


def import_behind_gate(rows: list[Row], *, gate: int, name: str, default_kind: str, at: datetime) -> Gated:
    """Import `rows` if they reach the gate (0 to 100), otherwise keep them staged; nothing of those goes live."""
    copies = [Row(**asdict(row)) for row in rows]
    rehearsed = _rehearse(rows, default_kind, at)
    if rehearsed.score >= gate:
        taken = importing.import_rows(copies, actor=None, at=at, default_kind=default_kind)
        scores.judge_new(at=at)
        return Gated(taken, rehearsed.score)
    return Gated(rehearsed.result, rehearsed.score, _keep(copies, rehearsed, gate, name, default_kind, at))


def stage(*, actor: User, rows: list[Row], gate: int, name: str, default_kind: str, at: datetime) -> Gated:
    """Keep `rows` with what would become of them, whatever they score; nothing goes live before somebody decides.

    Raises:
        Refusal: the actor may not.
    """
    _require_steward(actor)
    copies = [Row(**asdict(row)) for row in rows]
    with transaction.atomic():
        rehearsed = _rehearse(rows, default_kind, at)
        return Gated(rehearsed.result, rehearsed.score, _keep(copies, rehearsed, gate, name, default_kind, at))


def try_out(rows: list[Row], *, default_kind: str, at: datetime) -> Gated:
    """Say what would become of `rows`, and keep nothing."""
    rehearsed = _rehearse(rows, default_kind, at)
    return Gated(rehearsed.result, rehearsed.score)


def told(staged: StagedImport) -> list[Told]:
    """Return what keeps a staged import down, in the reader's language: what refuses rows first."""
    rows = {row["number"]: row for row in staged.rows}
    legal = set(CustomerKind.objects.filter(carries_legal_data=True).values_list("pk", flat=True))
    by = rules_in_force.read()
    found = [_told(entry, rows, legal, by) for entry in staged.faults]
    return sorted(found, key=lambda one: not one.refuses)


def release(*, actor: User, staged: StagedImport, at: datetime) -> ImportResult:
    """Let a staged import go live as it is, on a steward's responsibility.

    Raises:
        AlreadyDecided: it was released or dropped before.
        Refusal: the actor may not.
    """
    with transaction.atomic():
        held = _held(actor, staged)
        result = importing.import_rows([_row(row) for row in held.rows], actor=actor, at=at)
        scores.judge_new(at=at)
        _settle(held, StagedImport.Status.RELEASED, actor, at)
    return result


def drop(*, actor: User, staged: StagedImport, at: datetime) -> None:
    """Decide that a staged import never goes live.

    Raises:
        AlreadyDecided: it was released or dropped before.
        Refusal: the actor may not.
    """
    with transaction.atomic():
        _settle(_held(actor, staged), StagedImport.Status.DROPPED, actor, at)


def _rehearse(rows: list[Row], default_kind: str, at: datetime) -> _Rehearsed:
    for number, row in enumerate(rows, start=1):
        row.number = row.number or number
    with in_plain_words():
        quality, poor = quality_of(rows)
    numbers = [row.number for row in rows]
    faults = [[rule, reason, count, {"row": numbers[place]}] for rule, reason, count, place in poor]  # type: ignore[call-overload]
    result = importing.import_rows(rows, actor=None, at=at, dry_run=True, default_kind=default_kind)
    refused = [_refused(fault) for fault in result.faults[:MOST_TOLD]]
    return _Rehearsed(result, min(quality, result.score), [*faults, *refused])


def _refused(fault: Remark) -> list[object]:
    known: dict[str, object] = {"row": fault.row, "column": fault.column}
    if isinstance(fault.reason, reasons.Reason):
        return [fault.reason.code, str(fault), 1, known | {"facts": fault.reason.facts}]
    return [fault.rule or fault.column, str(fault), 1, known]


def _keep(rows: list[Row], rehearsed: _Rehearsed, gate: int, name: str, default_kind: str, at: datetime) -> StagedImport:
    kept = [asdict(row) | {"kind": row.kind or default_kind, "number": number} for number, row in _numbered(rows)]
    counted = ("created", "updated", "unchanged", "refused")
    return StagedImport.objects.create(
        name=_storable(name[:200]), rows=_storable(kept), score=Decimal(str(rehearsed.score)), gate=gate,
        faults=_storable(rehearsed.faults), staged_at=at,
        counts={count: getattr(rehearsed.result, count) for count in counted},
    )  # fmt: skip


def _storable(told: Any) -> Any:
    """Return the same with NUL, which no text of the database holds, as another sign that no fact may hold: it stays refused."""
    if isinstance(told, str):
        return told.replace("\x00", "\x01")
    if isinstance(told, dict):
        return {_storable(name): _storable(value) for name, value in told.items()}
    return [_storable(part) for part in told] if isinstance(told, list | tuple) else told


def _numbered(rows: list[Row]) -> list[tuple[int, Row]]:
    return [(row.number or number, row) for number, row in enumerate(rows, start=1)]


def _told(entry: list[Any], listed: Mapping[int, dict[str, Any]], legal: Collection[str], by: tuple[rules.Rule, ...]) -> Told:
    """Tell one fault anew from what was kept of it; what was kept before codes were is told as it was written."""
    rule, written, count, *known = entry
    sample = known[0] if known else {}
    row, column = listed.get(sample.get("row", 0)), sample.get("column", "")
    if rule in reasons.WORDS:
        written = f"{facts.label(column)}: {reasons.say(rule, **sample['facts'])}"
    elif row:
        written = _judged_anew(rule, row, refuses=bool(column), is_legal=row["kind"] in legal, by=by) or written
    return Told(rule, written, count, sample.get("row", 0), bool(column))


def _judged_anew(rule: str, row: Mapping[str, Any], *, refuses: bool, is_legal: bool, by: tuple[rules.Rule, ...]) -> str:
    said = {"ref": row["ref"], "name": row["name"]} | {name: value for name, value in row["facts"].items() if value.strip()}
    if refuses:
        found = [(fault.rule, fault.fact, fault.reason) for fault in facts.faults(facts.clean(said), by=by)]
    else:
        found = list(scores.judge(rules.Subject(said, is_legal), by).broken)
    return next((f"{facts.label(fact)} {reason}" for id, fact, reason in found if id == rule), "")


def _require_steward(actor: User) -> None:
    if access.level_of(actor) not in access.DECIDE_MERGES.levels:
        raise Refusal(_("A supervisor or manager decides on staged imports."), code="not_your_level")


def _held(actor: User, staged: StagedImport) -> StagedImport:
    _require_steward(actor)
    held = StagedImport.objects.select_for_update().get(pk=staged.pk)
    if held.status != StagedImport.Status.STAGED:
        raise AlreadyDecided
    return held


def _settle(staged: StagedImport, status: str, actor: User, at: datetime) -> None:
    staged.status, staged.decided_by, staged.decided_at = status, actor, at
    staged.save(update_fields=["status", "decided_by", "decided_at"])
    told = {"name": staged.name, "outcome": plain(staged, "status").lower()}
    recording.record(None, "accounts.import_decided", actor=actor, at=at, about=staged, facts=told, internal=True)


def _row(kept: dict[str, object]) -> Row:
    return Row(**{**kept, "parents": tuple(kept["parents"])})  # type: ignore[arg-type]


def _known(refs: list[str]) -> dict[str, dict[str, str]]:
    found = Customer.objects.filter(ref__in=refs).values("ref", "kind_id", *facts.FACTS)
    return {row["ref"]: row for row in found}


def _filled(row: Row) -> dict[str, str]:
    return {name: value.strip() for name, value in row.facts.items() if value.strip()} | {"name": row.name}


def _kind(row: Row, known: dict[str, dict[str, str]]) -> str:
    return row.kind or known.get(row.ref, {}).get("kind_id", "")
