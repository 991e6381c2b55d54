"""Details: changing the facts of a customer. The one writer of facts; position is written by tree.py."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from accounts.customers import facts, retirement, rules_in_force
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words

StageDoor = Callable[[Customer, str, datetime], str]
_stage_doors: list[StageDoor] = []


def hang_stage_door(door: StageDoor) -> None:
    """Let `door` say what keeps a customer from a stage that a person sets; nothing when it may enter."""
    _stage_doors[:] = [door]


class FactsRefused(Refusal):
    """Facts that cannot be kept; `faults` lists them, `code` is the id of the first rule that objects."""

    code = "facts_refused"

    def __init__(self, faults: list[facts.Fault]) -> None:
        super().__init__("; ".join(f"{facts.label(fault.fact)} {fault.reason}" for fault in faults), code=faults[0].rule)
        self.faults = faults


def checked(values: dict[str, str], beside: Customer | None = None) -> dict[str, str]:
    """Return the facts as they are kept, judged together with those that stay as they are `beside` them.

    Raises:
        FactsRefused: one of them cannot be kept.
    """
    kept = facts.clean(values)
    as_it_is = facts.of(beside) if beside else None
    if faults := facts.faults(kept, as_it_is, rules_in_force.read()) or retirement.faults(kept, retirement.names(), as_it_is):
        raise FactsRefused(faults)
    return kept


def change(*, actor: AbstractBaseUser | None, customer: Customer, at: datetime, **fields: str) -> Customer:
    """Change facts of `customer` and return it; the timeline keeps each fact's value before and after.

    Facts that are already so are left alone; when all are, nothing is written or recorded.

    Raises:
        FactsRefused: a fact cannot be kept, or a person sets a stage that this customer may not enter.
    """
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        wanted = checked(fields, kept)
        changes = {name: value for name, value in wanted.items() if getattr(kept, name) != value}
        if actor is not None and "stage" in changes:
            _must_be_let_in(kept, changes["stage"], at)
        if changes:
            before = {name: getattr(kept, name) for name in changes}
            for name, value in changes.items():
                setattr(kept, name, value)
            kept.save(update_fields=list(changes))
            recording.record(kept, "accounts.customer_changed", actor=actor, at=at, facts=facts_of_change(before, changes))
    return kept


def _must_be_let_in(customer: Customer, stage: str, at: datetime) -> None:
    reasons = [reason for door in _stage_doors if (reason := door(customer, stage, at))]
    if reasons:
        raise FactsRefused([facts.Fault("stage", reasons[0], "stage.entry")])


def facts_of_change(before: dict[str, str], after: dict[str, str]) -> dict[str, object]:
    """Return what the timeline keeps of a change: the names for its sentence, and each value before and after."""
    with in_plain_words():
        changed = ", ".join(facts.label(name).replace("_", " ") for name in after)
    return {"changed": changed, "before": before, "after": after}
