"""Staging: an import whose rows are too poor waits before a steward instead of going live.

The score of an import is the lower of two: the share of its rows that can be taken, and the average score of their facts.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import facts, importing
from accounts.customers.importing import ImportResult, Row
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality import scores
from accounts.quality.models import StagedImport
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words, plain


class AlreadyDecided(Refusal):
    """The import was released or dropped before."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__("Somebody has already decided on this import.")


@dataclass(frozen=True)
class Gated:
    """What became of an import at its gate: the result (a rehearsal when it was staged), its score, and where it waits."""

    result: ImportResult
    score: float
    staged: StagedImport | None = None


def quality_of(rows: Iterable[Row]) -> tuple[float, list[list[object]]]:
    """Return the average score of the rows and what keeps it down; a customer that is there already adds what it has."""
    listed = list(rows)
    legal = set(CustomerKind.objects.filter(carries_legal_data=True).values_list("pk", flat=True))
    known = _known([row.ref for row in listed])
    return scores.average_of((known.get(row.ref, {}) | _filled(row), _kind(row, known) in legal) for row in listed)


def import_behind_gate(rows: list[Row], *, gate: int, name: str, default_kind: str, at: datetime) -> Gated:
    """Import `rows` if they reach the gate (0 to 100), otherwise keep them staged; nothing of those goes live."""
    copies = [Row(**asdict(row)) for row in rows]
    with in_plain_words():
        quality, faults = quality_of(rows)
    rehearsal = importing.import_rows(rows, actor=None, at=at, dry_run=True, default_kind=default_kind)
    score = min(quality, rehearsal.score)
    if score >= gate:
        return Gated(importing.import_rows(copies, actor=None, at=at, default_kind=default_kind), score)
    refused = [[fault.rule or fault.column, str(fault), 1] for fault in rehearsal.faults[:50]]
    staged = StagedImport.objects.create(
        name=name[:200], rows=[asdict(row) | {"kind": row.kind or default_kind} for row in copies],
        score=Decimal(str(score)), gate=gate, faults=[*faults, *refused], staged_at=at,
    )  # fmt: skip
    return Gated(rehearsal, score, staged)


def release(*, actor: User, staged: StagedImport, at: datetime) -> ImportResult:
    """Let a staged import go live as it is, on a steward's responsibility.

    Raises:
        AlreadyDecided: it was released or dropped before.
        Refusal: the actor may not.
    """
    with transaction.atomic():
        held = _held(actor, staged)
        result = importing.import_rows([_row(row) for row in held.rows], actor=actor, at=at)
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


def _held(actor: User, staged: StagedImport) -> StagedImport:
    if access.level_of(actor) not in access.DECIDE_MERGES.levels:
        raise Refusal(_("A supervisor or manager decides on staged imports."), code="not_your_level")
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
