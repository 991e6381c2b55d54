"""What holds of stages: who may enter one, what is expected in it, the days that may take, and the ways out of it, in order.

Managers write it as rows in the language of segments' rules (rules.py); which stages there are is a fact of the code. A way out
counts only where the stage it leads to lets the customer in. What was changed stands on the timeline, before and after.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.segments import defining, evaluating, rules
from accounts.segments.models import StageExit, StageRule
from accounts.timeline import recording

STAGES = Customer.Stage
LONGEST: Final = 3_650
WORDS_OF_STAGE: Final = ("entry", "expects", "days")
WORDS_OF_EXIT: Final = ("position", "when", "to", "why", "active")


@dataclass(frozen=True)
class Exit:
    """When a customer leaves its stage, for which other, and why in words."""

    when: str
    to: str
    why: str


@dataclass(frozen=True)
class Stage:
    """One stage: what is expected in it, the days it may last without that (0: any), who may enter, and what moves one on."""

    expects: str
    days: int = 0
    entry: str = ""
    exits: tuple[Exit, ...] = ()


class StageRuleRefused(Refusal):
    """A rule of a stage that makes no sense; the reason says why."""

    code = "stage_rule_refused"


def table() -> dict[str, Stage]:
    """Return what holds of every stage, in two statements."""
    ways: dict[str, list[Exit]] = {}
    for row in StageExit.objects.filter(active=True).order_by("position", "pk"):
        ways.setdefault(row.stage_id, []).append(Exit(row.when, row.to, row.why))
    rows = StageRule.objects.order_by("position")
    return {row.stage: Stage(row.expects, row.days, row.entry, tuple(ways.get(row.stage, ()))) for row in rows}


def define(*, actor: User, stage: str, entry: str, expects: str, days: int, at: datetime) -> StageRule:
    """Say who may enter a stage, what is expected in it and the days that may take, from the next night on. Repeatable.

    Raises:
        defining.MayNotDefine, rules.RuleUnreadable, StageRuleRefused: the actor may not, or it makes no sense.
    """
    _must_be_manager(actor)
    rules.parse(entry)
    expects = " ".join(expects.split())
    if not expects:
        raise StageRuleRefused(_("Say in a few words what is expected in this stage."))
    if days > LONGEST:
        raise StageRuleRefused(_("A stage lasts at most {most} days; 0 means any number.").format(most=LONGEST))
    with transaction.atomic():
        held = StageRule.objects.select_for_update().get(pk=stage)
        _keep(held, {"entry": entry.strip(), "expects": expects, "days": days}, actor, at)
    return held


def define_exit(
    *, actor: User, way: StageExit | None, stage: StageRule, position: int, when: str, to: str, why: str, at: datetime,
    active: bool = True,
) -> StageExit:  # fmt: skip
    """Write a way out of a stage, a new one or one there is (`way`), from the next night on. Repeatable.

    Raises:
        defining.MayNotDefine, rules.RuleUnreadable, StageRuleRefused: the actor may not, or it makes no sense.
    """
    _must_be_manager(actor)
    why = " ".join(why.split()).rstrip(".")
    if not rules.parse(when):
        raise StageRuleRefused(_("Write at least one condition: without one every customer would leave the stage."))
    if not why:
        raise StageRuleRefused(_("Say in a few words why a customer leaves; its history shows it."))
    if to == stage.pk:
        raise StageRuleRefused(_("A way out leads to another stage."))
    with transaction.atomic():
        StageRule.objects.select_for_update().get(pk=stage.pk)
        taken = StageExit.objects.filter(stage=stage, position=position, active=True)
        if active and (taken.exclude(pk=way.pk) if way else taken).exists():
            raise StageRuleRefused(_("Another way out of this stage has the position {n}.").format(n=position))
        held = StageExit.objects.select_for_update(of=("self",)).get(pk=way.pk) if way else StageExit(stage=stage)
        facts = {"position": position, "when": when.strip(), "to": to, "why": why, "active": active}
        _keep(held, {"stage": stage, **facts}, actor, at)
    return held


def why_not_in(customer: Customer, stage: str, at: datetime) -> str:
    """Say what keeps a customer from entering a stage, in words that follow the name of the fact; nothing when it may."""
    conditions = rules.parse(StageRule.objects.get(pk=stage).entry)
    if not conditions:
        return ""
    values = evaluating.values_of([conditions], [customer], at)[customer.pk]
    broken = next((line for line in rules.trace(conditions, values) if not line["holds"]), None)
    if broken is None:
        return ""
    return _("cannot be {stage}: {condition} does not hold (found {found})").format(
        stage=STAGES(stage).label, condition=broken["condition"], found=broken["found"]
    )


def _must_be_manager(actor: User) -> None:
    if access.level_of(actor) not in access.STEER.levels:
        raise defining.MayNotDefine(_("Only managers say what holds of stages."))


def _keep(row: StageRule | StageExit, facts: dict[str, object], actor: User, at: datetime) -> None:
    """Write what is new and tell it; nothing happens when all is so already."""
    changed = {name: value for name, value in facts.items() if row._state.adding or getattr(row, name) != value}
    if not changed:
        return
    before = {} if row._state.adding else {name: str(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    kind, stage = ("exit", row.stage) if isinstance(row, StageExit) else ("stage", row)
    told = {"stage": str(stage), "before": before, "after": {name: str(value) for name, value in changed.items()}}
    recording.record(None, f"accounts.{kind}_rule_defined", actor=actor, at=at, about=row, facts=told, internal=True)
