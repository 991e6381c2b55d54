"""Ladder: the steps as managers set them, and which of them concern a customer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import ready
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.dunning.models import DunningStep
from billing.dunning.schedule import Rung
from billing.money import EXPONENTS, Money

FACTS: Final = frozenset({"number", "tier", "days", "action", "fee_minor", "currency", "words", "active"})
FEE, RESTRICT, SUSPEND = DunningStep.Action.FEE.value, DunningStep.Action.RESTRICT.value, DunningStep.Action.SUSPEND.value
STOPPING: Final = (RESTRICT, SUSPEND)


class StepMakesNoSense(Refusal):
    """A step that does not say what it does, or whose place is taken."""

    code = "step_makes_no_sense"


def define(*, actor: User, step: DunningStep | None, at: datetime, **facts: Any) -> DunningStep:
    """Set a step, new or known; `facts` are fields of `FACTS`. Steps taken stay as they were.

    Raises:
        StepMakesNoSense: a fee without amount, a place taken, or a day before the invoice is overdue.
        Refusal: the actor does not steer.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise Refusal(_("Only managers set the ladder."), code="not_for_this_level")
    known = {name: value for name, value in facts.items() if name in FACTS}
    known["currency"] = (known.get("currency") or "").upper()
    if known["currency"] and known["currency"] not in EXPONENTS:
        raise StepMakesNoSense(_("{currency} is no currency we know.").format(currency=known["currency"]))
    try:
        with transaction.atomic():
            kept = step or DunningStep()
            for name, value in (known | {"changed_at": at}).items():
                setattr(kept, name, value)
            kept.save()
            recording.record(
                None, "billing.dunning_step_set", actor=actor, at=at, about=kept, facts={"step": str(kept)}, internal=True
            )
    except IntegrityError as fault:
        raise StepMakesNoSense(
            _("A step has a free place on the ladder, comes a day or more after the due day, and only a fee has an amount.")
        ) from fault
    return kept


def for_tiers() -> Mapping[str, list[DunningStep]]:
    """Return the steps in force per tier; a tier without any of its own has those for all."""
    steps = _steps_in_force()
    of_all = [step for step in steps if not step.tier]
    tiers = {code: [step for step in steps if step.tier == code] for code in Customer.Tier.values}
    return {"": of_all} | {code: own or of_all for code, own in tiers.items()}


@ready.statement
def _steps_in_force() -> QuerySet[DunningStep]:
    return DunningStep.objects.filter(active=True)


def rungs(steps: Iterable[DunningStep]) -> dict[Rung, DunningStep]:
    """Return the steps by how the schedule knows them."""
    return {Rung(step.days, step.number): step for step in steps}


def what_it_does(step: DunningStep) -> str:
    """Say in a few words what a step does."""
    if step.action == FEE:
        return _("We charge a reminder fee of {fee}").format(fee=Money(step.fee_minor or 0, step.currency))
    return {
        DunningStep.Action.REMIND.value: _("We remind you"),
        RESTRICT: _("New orders are stopped until it is paid"),
        SUSPEND: _("The service is suspended until it is paid"),
    }[step.action]
